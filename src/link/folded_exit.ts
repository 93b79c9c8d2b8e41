import type { Clock } from "../base/mod.ts";
import type { Stanza } from "../stanza/mod.ts";
import { elementSizeBytes } from "../xml/mod.ts";
import type { AudienceFolder, Folded, Leaving } from "./audience.ts";
import type { PresenceLedger } from "./ledger.ts";
import type { OutboundQueue } from "./queue.ts";
import type { Tally } from "./tally.ts";
import type { Thinner } from "./thinner.ts";

/** What leaves a queue through it. */
export interface FoldedExitOptions {
  /** Absent where the far side cannot unfold. */
  readonly folder: AudienceFolder | undefined;
  readonly queue: OutboundQueue;
  readonly thinner: Thinner;
  readonly ledger: PresenceLedger;
  readonly clock: Clock;
  readonly tally: Tally;
}

/** The way out of a queue for presence that waits for many and crosses as one (docs/link-protocol.md section 10.1). */
export class FoldedExit {
  readonly #options: FoldedExitOptions;

  constructor(options: FoldedExitOptions) {
    this.#options = options;
  }

  /** What leaves next, if it stands for what waits behind it too; that has left the queue then. */
  take(): Folded | undefined {
    const { folder, queue, thinner, ledger, clock, tally } = this.#options;
    const { first } = queue;
    if (folder === undefined || first?.stanza.kind !== "presence") return undefined;
    // What the far side knows already need not cross at all.
    const left = thinner.preview(first.stanza, first.terms);
    if (left === undefined || ledger.repeats(left)) return undefined;
    const knows = (presence: Stanza) =>
      presence.type === "" ? ledger.repeats(presence) : !ledger.mayKnow(presence);
    const folded = folder.fold(this.#leaving(), knows, clock.nowMs());
    for (const [index, { waiting, stanza }] of folded?.members.entries() ?? []) {
      queue.remove(waiting);
      // Counts what the rules have saved.
      thinner.leave(waiting.stanza, waiting.terms);
      ledger.sent(stanza);
      if (index === 0) continue;
      const savedBytes = elementSizeBytes(stanza.element);
      tally.addSaving("by-domain", "one presence for all contacts of a domain", savedBytes);
    }
    return folded;
  }

  /** What leaves next, and what behind it, behind the rules. */
  *#leaving(): Generator<Leaving> {
    const { queue, thinner } = this.#options;
    for (const waiting of queue.leaving()) {
      const stanza = thinner.preview(waiting.stanza, waiting.terms);
      if (stanza === undefined) return;
      yield { waiting, stanza };
    }
  }
}
