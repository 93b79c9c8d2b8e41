import type { RandomSource } from "../../base/mod.ts";
import type { FlowDecoder, FlowEncoder } from "./coder.ts";
import type { Coding, Opening, Refusal } from "./frame.ts";
import { DamageError } from "./octets.ts";
import { FlowReceiver, type OpeningVerdict } from "./receiver.ts";
import { FlowSender, type SenderVerdict } from "./sender.ts";
import { splitStanzas, type StanzaText } from "./stanzas.ts";
import type { FlowStore } from "./store.ts";

/** Text of one frame (section 2.5). */
export const FRAME_TEXT_SIZE_BYTES = 65_536;

/** Why a flow did not go on where it was. */
export type Resynchronised = "refused" | "was refused" | "renewed" | "set back";

/** What an engine tells about; events only inform. */
export interface EngineEvents {
  /** A stanza to be delivered, once. What it effects joins the turn's transaction. */
  deliver(stanza: StanzaText): void;
  /** The other side's process has restarted (section 5.4). */
  peerRestarted(): void;
  /** The flow could not go on where it was; `lost` counts stanzas that only an older backup explains. */
  resynchronised(what: Resynchronised, lost: number): void;
  /** Stanzas were said by what is new in them (section 11). @param savedBytes of their XML */
  shortened?(stanzas: number, savedBytes: number): void;
  /** A block was dropped, since it was no legal frame. */
  damaged(error: DamageError): void;
}

export interface EngineOptions {
  readonly store: FlowStore;
  readonly random: RandomSource;
  readonly coding: Coding;
  readonly events: EngineEvents;
  /** How long what was received may stay unacknowledged on a stream carrier. */
  readonly ackDelayMs: number;
}

/** What all connections of a link share: the two flows, and what is known of the two processes. */
export class Core {
  readonly sender: FlowSender;
  readonly receiver: FlowReceiver;
  readonly coding: Coding;
  readonly ackDelayMs: number;
  readonly events: EngineEvents;
  /** Names the life of this process (section 5.4). */
  readonly process: number;
  /** Whether the other side is known to have heard of it. */
  isProcessTold = false;
  /** The connection on which stanzas leave. */
  active: object | undefined;
  #peerProcess: number | undefined;

  constructor({ store, random, coding, events, ackDelayMs }: EngineOptions) {
    this.coding = coding;
    this.events = events;
    this.ackDelayMs = ackDelayMs;
    this.sender = new FlowSender(store.sender, { random, coding });
    this.receiver = new FlowReceiver(store.receiver, coding);
    const [octet = 0] = random.bytes(1);
    this.process = store.beginLife((last) => nextLife(last, octet));
  }

  /** A frame with these stanzas leaves, made by that encoder. */
  leaves(stanzas: number, { sparedBytes }: FlowEncoder): void {
    if (sparedBytes > 0) this.events.shortened?.(stanzas, sparedBytes);
  }

  /** Takes an opening of the other side. */
  opened(opening: Opening): OpeningVerdict {
    const verdict = this.receiver.open(opening);
    if (verdict.kind === "refuse") return verdict;
    if (verdict.missing > 0) this.events.resynchronised("set back", verdict.missing);
    return verdict;
  }

  /** The other side has named its process. @returns whether it is another than before */
  sawProcess(process: number): boolean {
    const isNew = process !== this.#peerProcess;
    this.#peerProcess = process;
    if (isNew) this.events.peerRestarted();
    return isNew;
  }

  /** The other side has refused our flow. */
  refused(refusal: Refusal): SenderVerdict {
    const verdict = this.sender.refused(refusal);
    // A receiver that was away for a while says what it has; nothing is the matter when that is all.
    const hasAll = this.sender.sent === 0 || (verdict === "back" && this.sender.sent === this.sender.acked);
    if (verdict !== "fine" && !hasAll) this.events.resynchronised("was refused", 0);
    if (verdict === "renewed") this.events.resynchronised("renewed", 0);
    return verdict;
  }

  /** The stanzas of a frame; undefined when its data is damaged. */
  decode(decoder: FlowDecoder, data: Uint8Array): StanzaText[] | undefined {
    try {
      return splitStanzas(decoder.decode(data, FRAME_TEXT_SIZE_BYTES * 8));
    } catch (error) {
      if (error instanceof DamageError) return undefined;
      throw error;
    }
  }

  /**
   * Takes the stanzas of a frame, the first of which has the number `first`.
   * @returns whether all of them are what this side has, or news; otherwise the frame's flow is refused
   */
  take(first: number, stanzas: readonly StanzaText[]): boolean {
    let number = first;
    for (const stanza of stanzas) {
      const verdict = this.receiver.take({ number, text: stanza.text });
      if (verdict === "fork" || verdict === "gap") return false;
      if (verdict === "deliver") this.events.deliver(stanza);
      number++;
    }
    this.receiver.tidy();
    return true;
  }
}

/** No life is named like the one before it, and hardly any that an old backup makes begin again (section 1). */
function nextLife(last: number | undefined, octet: number): number {
  return last === undefined ? octet : (last + 1 + octet % 255) % 256;
}
