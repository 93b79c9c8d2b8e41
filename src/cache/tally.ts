import type { Metrics } from "../base/mod.ts";
import type { Kind } from "./policy.ts";

/** What became of the questions of one kind. */
export interface KindStatus {
  readonly kind: Kind;
  /** Answered on the near side. */
  readonly hits: number;
  /** Waited for the answer to somebody else's same question. */
  readonly merged: number;
  /** Crossed the link, and were answered or have waited in vain. */
  readonly asked: number;
  /** Requests and answers that need not cross, as XML, before compression. */
  readonly savedBytes: number;
}

/** The answers kept for one link as an operator sees them. Counts run from the start of the server. */
export interface CacheStatus {
  readonly peer: string;
  /** Answers that are kept. */
  readonly entries: number;
  readonly sizeBytes: number;
  /** Answers forgotten because something that passed told that they were no longer true. */
  readonly voided: number;
  readonly kinds: readonly KindStatus[];
}

/** What is counted about the cache of one peer. */
export class CacheTally {
  readonly #peer: string;
  readonly #metrics: Metrics;
  readonly #kinds = new Map<Kind, { hits: number; merged: number; asked: number; savedBytes: number }>();
  voided = 0;

  constructor(peer: string, metrics: Metrics) {
    this.#peer = peer;
    this.#metrics = metrics;
  }

  get kinds(): KindStatus[] {
    return [...this.#kinds].map(([kind, counts]) => ({ kind, ...counts }));
  }

  /** @param savedBytes what need not cross, as XML */
  count(kind: Kind, what: "hits" | "merged" | "asked", savedBytes = 0): void {
    const counts = this.#kinds.get(kind) ?? { hits: 0, merged: 0, asked: 0, savedBytes: 0 };
    counts[what]++;
    counts.savedBytes += savedBytes;
    this.#kinds.set(kind, counts);
    const labels = { peer: this.#peer, kind };
    this.#metrics.count(`halyard_cache_${what}_total`, labels);
    if (savedBytes > 0) this.#metrics.count("halyard_cache_saved_bytes_total", labels, savedBytes);
  }

  addVoided(answers: number): void {
    if (answers === 0) return;
    this.voided += answers;
    this.#metrics.count("halyard_cache_voided_total", { peer: this.#peer }, answers);
  }
}
