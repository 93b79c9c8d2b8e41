import type { Clock, Log, LogFields } from "../base/mod.ts";

/** Lines that one event about one peer may have in a minute. */
export const MOST_LINES = 100;
const WINDOW_MS = 60_000;

/** The lines of one event in one minute. */
interface Window {
  startMs: number;
  lines: number;
  leftOut: number;
}

/**
 * A log that strangers cannot fill: of one event about one peer only so many lines a minute are written. The
 * last says that more are left out, the first after that minute how many. Events and peers are few, so the counts are.
 */
export class CalmLog implements Log {
  readonly #log: Log;
  readonly #clock: Pick<Clock, "monotonicMs">;
  readonly #windows = new Map<string, Window>();

  constructor(log: Log, clock: Pick<Clock, "monotonicMs">) {
    this.#log = log;
    this.#clock = clock;
  }

  debug(event: string, fields: LogFields = {}): void {
    this.#write("debug", event, fields);
  }

  info(event: string, fields: LogFields = {}): void {
    this.#write("info", event, fields);
  }

  warn(event: string, fields: LogFields = {}): void {
    this.#write("warn", event, fields);
  }

  error(event: string, fields: LogFields = {}): void {
    this.#write("error", event, fields);
  }

  #write(level: keyof Log, event: string, fields: LogFields): void {
    const more = this.#count(`${event}\n${fields.peer ?? ""}`);
    if (more !== undefined) this.#log[level](event, { ...fields, ...more });
  }

  /** What is to be said beside the line; undefined when it is left out. */
  #count(key: string): LogFields | undefined {
    const nowMs = this.#clock.monotonicMs();
    const window = this.#windows.get(key);
    if (window === undefined || nowMs - window.startMs >= WINDOW_MS) {
      this.#windows.set(key, { startMs: nowMs, lines: 1, leftOut: 0 });
      return window === undefined || window.leftOut === 0 ? {} : { leftOut: window.leftOut };
    }
    window.lines++;
    if (window.lines < MOST_LINES) return {};
    if (window.lines === MOST_LINES) return { more: "left out for a minute" };
    window.leftOut++;
    return undefined;
  }
}
