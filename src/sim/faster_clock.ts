import type { Clock } from "../base/mod.ts";

/**
 * A clock that runs `factor` times as fast as `clock`, from its time now on. The machine's timers count in
 * milliseconds, so that under a factor of 100 everything happens up to a tenth of a second late.
 * @throws {RangeError} unless the factor is above 0
 */
export function fasterClock(clock: Clock, factor: number): Clock {
  if (!(factor > 0)) throw new RangeError(`Cannot run ${factor} times as fast: more than 0 is needed`);
  const startMs = clock.monotonicMs();
  const startNowMs = clock.nowMs();
  const passedMs = () => (clock.monotonicMs() - startMs) * factor;
  return {
    nowMs: () => startNowMs + passedMs(),
    monotonicMs: passedMs,
    after: (delayMs, callback) => clock.after(delayMs / factor, callback),
  };
}
