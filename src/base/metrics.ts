/** Labels of a counter, for instance `{ peer: "shore", rule: "drop-chat-states" }`. */
export type Labels = Readonly<Record<string, string>>;

/** Counters of one server. Names follow Prometheus: `halyard_…_total`, units last. */
export class Metrics {
  readonly #counters = new Map<string, number>();

  /** Adds `amount` (1 unless given) to the counter `name` with `labels`. */
  count(name: string, labels: Labels = {}, amount = 1): void {
    const key = keyOf(name, labels);
    this.#counters.set(key, (this.#counters.get(key) ?? 0) + amount);
  }

  /** The counter's value; 0 when it was never counted. */
  value(name: string, labels: Labels = {}): number {
    return this.#counters.get(keyOf(name, labels)) ?? 0;
  }

  /** Every counter in the Prometheus text form (`name{label="value"}`) with its value, sorted by name. */
  all(): [string, number][] {
    return [...this.#counters].sort(([a], [b]) => a < b ? -1 : 1);
  }
}

function keyOf(name: string, labels: Labels): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => a < b ? -1 : 1);
  if (pairs.length === 0) return name;
  return `${name}{${pairs.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(",")}}`;
}
