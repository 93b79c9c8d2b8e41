import type { CloseReason, Metrics } from "../base/mod.ts";
import type { ByteCounts, Saver, Saving } from "./status.ts";

/** Why stanzas did not cross, other than by a rule; their senders are told. */
export type AnsweredLoss = "full" | "expired" | "flushed" | "no-store" | "noise" | "too-large";
/** The same, with what nobody can be told of. */
type LossReason = AnsweredLoss | "unreadable";

/** Everything that is counted about one peer: for its status, and for the server's metrics. */
export class Tally {
  readonly #peer: string;
  readonly #metrics: Metrics;
  readonly #bytes = { rawOut: 0, linkOut: 0, rawIn: 0, linkIn: 0 };
  readonly #stanzas = { out: 0, in: 0 };
  readonly #savings = new Map<string, { rule: Saver; why: string; stanzas: number; savedBytes: number }>();
  #refused = 0;
  #lastHeardMs: number | undefined;

  constructor(peer: string, metrics: Metrics) {
    this.#peer = peer;
    this.#metrics = metrics;
  }

  get bytes(): ByteCounts {
    return { ...this.#bytes };
  }

  get stanzas(): { readonly out: number; readonly in: number } {
    return { ...this.#stanzas };
  }

  get savings(): Saving[] {
    return [...this.#savings.values()].map((saving) => ({ ...saving }));
  }

  get refused(): number {
    return this.#refused;
  }

  /** When something last came from the peer, wall clock; undefined when nothing ever did. */
  get lastHeardMs(): number | undefined {
    return this.#lastHeardMs;
  }

  /** Notes that something came from the peer. */
  noteHeard(nowMs: number): void {
    this.#lastHeardMs = nowMs;
  }

  /** Counts bytes as XML (`raw`) or as the carrier bears them (`link`). */
  addBytes(measure: "raw" | "link", direction: "out" | "in", sizeBytes: number): void {
    this.#bytes[`${measure}${direction === "out" ? "Out" : "In"}`] += sizeBytes;
    this.#metrics.count("halyard_link_bytes_total", { peer: this.#peer, measure, direction }, sizeBytes);
  }

  addStanzas(direction: "out" | "in", stanzas: number): void {
    this.#stanzas[direction] += stanzas;
    this.#metrics.count("halyard_link_stanzas_total", { peer: this.#peer, direction }, stanzas);
  }

  /** Counts stanzas that were made smaller, or need not cross. */
  addSaving(rule: Saver, why: string, savedBytes: number, stanzas = 1): void {
    const key = `${rule}: ${why}`;
    const saving = this.#savings.get(key) ?? { rule, why, stanzas: 0, savedBytes: 0 };
    saving.stanzas += stanzas;
    saving.savedBytes += savedBytes;
    this.#savings.set(key, saving);
    const labels = { peer: this.#peer, rule, why };
    this.#metrics.count("halyard_link_thinned_stanzas_total", labels, stanzas);
    this.#metrics.count("halyard_link_saved_bytes_total", labels, savedBytes);
  }

  /** Counts a stanza that was to cross and did not. */
  addLoss(reason: LossReason): void {
    this.#metrics.count("halyard_link_lost_stanzas_total", { peer: this.#peer, reason });
  }

  /** Counts a stanza of the peer that was dropped because of its addresses. */
  addRefused(): void {
    this.#refused++;
    this.#metrics.count("halyard_link_refused_stanzas_total", { peer: this.#peer });
  }

  /** Counts the end of a connection. */
  addClosed(reason: CloseReason): void {
    this.#metrics.count("halyard_link_connections_closed_total", { peer: this.#peer, reason });
  }
}
