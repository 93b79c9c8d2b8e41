import type { Clock } from "../base/mod.ts";

/** What `promise` resolves to, or `late` when it takes longer than `limitMs`. */
export async function within<T>(clock: Clock, limitMs: number, promise: Promise<T>, late: T): Promise<T> {
  const limit = Promise.withResolvers<T>();
  const cancelTimer = clock.after(limitMs, () => limit.resolve(late));
  try {
    return await Promise.race([promise, limit.promise]);
  } finally {
    cancelTimer();
  }
}
