import { guard, type Log } from "./log.ts";

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
  /** Runs `callback` once, `delayMs` from now (0 = on a later turn). There is no longest delay. */
  after(delayMs: number, callback: () => void): CancelTimer;
}

/** Longest delay of the runtime's own timers; a longer one would fire at once. */
export const LONGEST_STEP_MS = 2 ** 31 - 1;

/** The clock of the machine. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, callback) =>
    inSteps(delayMs, callback, (stepMs, next) => {
      const id = setTimeout(next, stepMs);
      return () => clearTimeout(id);
    }),
};

/** A timer of any length, made of timers of at most `LONGEST_STEP_MS` that `start` starts. */
export function inSteps(delayMs: number, callback: () => void, start: Clock["after"]): CancelTimer {
  let cancel: CancelTimer;
  const step = (leftMs: number) => {
    cancel = leftMs <= LONGEST_STEP_MS
      ? start(leftMs, callback)
      : start(LONGEST_STEP_MS, () => step(leftMs - LONGEST_STEP_MS));
  };
  step(delayMs);
  return () => cancel();
}

/** The same clock, but what a timer's callback throws is logged and goes no further: nobody else watches it. */
export function guardedClock(clock: Clock, log: Log): Clock {
  return {
    nowMs: () => clock.nowMs(),
    monotonicMs: () => clock.monotonicMs(),
    after: (delayMs, callback) => clock.after(delayMs, () => guard(log, "timer failed", callback)),
  };
}

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
