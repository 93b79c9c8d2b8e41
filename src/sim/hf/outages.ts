/** A time in which nothing gets through, in milliseconds since the channel was made. */
export interface Outage {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The outages of a channel: planned ones, and one that was begun by call. */
export class Outages {
  readonly #outages: Outage[];
  #begunMs: number | undefined;

  /** @throws {RangeError} when an outage ends before it begins */
  constructor(planned: readonly Outage[]) {
    const wrong = planned.find(({ fromMs, toMs }) => !(fromMs >= 0 && toMs >= fromMs));
    if (wrong !== undefined) {
      throw new RangeError(
        `Cannot have an outage from ${wrong.fromMs} to ${wrong.toMs} ms: it ends too early`,
      );
    }
    this.#outages = [...planned];
  }

  begin(nowMs: number): void {
    this.#begunMs ??= nowMs;
  }

  end(nowMs: number): void {
    if (this.#begunMs === undefined) return;
    this.#outages.push({ fromMs: this.#begunMs, toMs: nowMs });
    this.#begunMs = undefined;
  }

  /** Whether any part of that time is in an outage. */
  overlaps(fromMs: number, toMs: number): boolean {
    if (this.#begunMs !== undefined && toMs >= this.#begunMs) return true;
    return this.#outages.some((outage) =>
      fromMs === toMs
        ? fromMs >= outage.fromMs && fromMs < outage.toMs
        : fromMs < outage.toMs && toMs > outage.fromMs
    );
  }
}
