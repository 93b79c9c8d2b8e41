/** Fields of a log event. Never stanza bodies, never secrets. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * A log of events with fields: `log.info("stanza folded", { peer, slot, why })`. The text is a constant, so that
 * it can be searched for; everything that varies is a field.
 */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** Says nothing; for tests and the demo. */
export const nullLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** The text of anything that was thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Runs what nobody else watches: a timer, an answer to a promise, a notice to one of many. What it throws, or rejects
 * with, is a bug of ours; it is logged as the error `event` and stops nothing else.
 */
export function guard(log: Log, event: string, work: () => unknown): void {
  const failed = (error: unknown) => log.error(event, { error: errorText(error) });
  try {
    const result = work();
    if (result instanceof Promise) result.catch(failed);
  } catch (error) {
    failed(error);
  }
}
