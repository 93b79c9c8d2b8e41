/** Cancels a timer; calling it again, or after the timer has fired, does nothing. */
export type CancelTimer = () => void;

/**
 * Time as a parameter. Everything below `server.ts` takes its time from here, so that two whole servers can
 * live an hour of link time in a few milliseconds of a test.
 */
export interface Clock {
  /** Wall-clock time, milliseconds since 1970-01-01T00:00Z. May step when the operator sets the clock. */
  nowMs(): number;
  /** Milliseconds since an arbitrary start; never steps back. For durations, never for stamps. */
  monotonicMs(): number;
  /** Runs `callback` once, `delayMs` from now (0 = on a later turn). */
  after(delayMs: number, callback: () => void): CancelTimer;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, callback) {
    const id = setTimeout(callback, delayMs);
    return () => clearTimeout(id);
  },
};

/** Resolves after `delayMs` on `clock`. */
export function sleep(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => void clock.after(delayMs, resolve));
}

/**
 * Resolves once what is runnable now has run: promise jobs, stream pumps and finished compressions. Between two
 * timers of a virtual clock this lets asynchronous parts settle without any time passing there.
 */
export function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
