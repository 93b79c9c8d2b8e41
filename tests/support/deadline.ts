/**
 * What `promise` gives, if it does so in time.
 * @param what names what was waited for
 * @throws {Error} after `limitMs`
 */
export async function deadline<T>(promise: Promise<T>, limitMs: number, what: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`Cannot go on: no ${what} in ${limitMs} ms`)),
    limitMs,
  );
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
