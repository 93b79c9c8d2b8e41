import {
  isStanzaElement,
  Jid,
  NS,
  type Origin,
  type Stanza,
  stanzaOf,
  type StreamErrorCondition,
} from "../stanza/mod.ts";
import type { Element } from "../xml/mod.ts";

/** Who may be named in what a peer sends (XEP-0361 section 4.5). */
export interface Borders {
  /** Domains that the peer speaks for. */
  readonly peerDomains: ReadonlySet<string>;
  /** Domains that are served here. */
  readonly servedDomains: ReadonlySet<string>;
}

/** Of two calls made at the same moment, whether ours is the one that stands: both sides know that without a word. */
export function oursStands({ peerDomains, servedDomains }: Borders): boolean {
  const [ours = ""] = [...servedDomains].sort();
  const [theirs = ""] = [...peerDomains].sort();
  return ours < theirs;
}

/** What is wrong with a stanza: its addresses, or that it is none. */
export interface AddressFault {
  /** The stream error that it is worth when it happens too often. */
  readonly condition: Extract<
    StreamErrorCondition,
    "improper-addressing" | "invalid-from" | "unsupported-stanza-type"
  >;
  readonly why: string;
}

/** Makes a stanza of what a peer sent, if it is one, with both addresses, and these are within the borders. */
export function inspect(
  element: Element,
  borders: Borders,
  origin: Origin,
  nowMs: number,
): Stanza | AddressFault {
  if (!isStanzaElement(element)) {
    return { condition: "unsupported-stanza-type", why: "it is no message, presence or iq" };
  }
  const from = element.attrs.from === undefined ? undefined : Jid.parse(element.attrs.from);
  const to = element.attrs.to === undefined ? undefined : Jid.parse(element.attrs.to);
  if (from === undefined) return { condition: "improper-addressing", why: "no valid from" };
  if (to === undefined) return { condition: "improper-addressing", why: "no valid to" };
  if (!borders.peerDomains.has(from.domain)) {
    return { condition: "invalid-from", why: "from is of a domain that is not the peer's" };
  }
  if (!borders.servedDomains.has(to.domain)) {
    return { condition: "improper-addressing", why: "to is of a domain that is not served here" };
  }
  return stanzaOf(element, from, to, origin, nowMs);
}

/** Faults in one window that a peer may make before its stream is ended. */
const MOST_FAULTS = 20;
const WINDOW_MS = 60_000;

/**
 * Patience with a peer. RFC 6120 would end the stream at the first wrong address; on a shared slow link that costs
 * everybody more than the one stanza is worth.
 */
export class FaultCounter {
  #startMs = Number.NEGATIVE_INFINITY;
  #faults = 0;

  /** Notes a fault at `nowMs`, monotonic. @returns whether there were too many within a minute */
  isTooMuch(nowMs: number): boolean {
    if (nowMs - this.#startMs >= WINDOW_MS) {
      this.#startMs = nowMs;
      this.#faults = 0;
    }
    this.#faults++;
    return this.#faults > MOST_FAULTS;
  }
}

/** Whether the far side wants to hear the presence of its addressee again: it asked, complained, or may see it anew. */
export function isQuestionOfPresence(stanza: Stanza): boolean {
  return stanza.kind === "presence" && ["probe", "error", "subscribe", "unsubscribe"].includes(stanza.type);
}

/** Whether the far side asks for all presence, and has forgotten what it was told of it (docs/link-protocol.md). */
export function isQuestionOfAllPresence({ kind, type, element }: Stanza): boolean {
  return kind === "iq" && type === "get" && (element.getChildText("known", NS.HALYARD) ?? "") !== "";
}
