import { PRECEDENCES } from "../config/mod.ts";
import { Jid, type Stanza, stanzaOf } from "../stanza/mod.ts";
import type { QueuedStanza } from "../storage/mod.ts";
import { type Element, elementsOf, readXml, writeXml, xml } from "../xml/mod.ts";
import { lateRule, ruleElement } from "./amp.ts";
import { ROUTINE, type Terms } from "./terms.ts";

/** Around a stanza whose terms are not the usual ones: a rule may have taken out that from which they were read. */
const ENVELOPE = "queued";

/** A stanza with its terms, as the store keeps it. */
export function storedXml({ stanza, terms }: { readonly stanza: Stanza; readonly terms: Terms }): string {
  const { precedence, lateRules, expiresMs } = terms;
  if (precedence === "routine" && lateRules.length === 0 && expiresMs === undefined) {
    return writeXml(stanza.element);
  }
  const attrs = { precedence, expires: expiresMs?.toString() };
  return writeXml(xml(ENVELOPE, attrs, ...lateRules.map(ruleElement), stanza.element));
}

/** A stanza out of a queue that outlived a restart. */
export interface Stored {
  readonly stanza: Stanza;
  /** Undefined when they are to be read from the stanza. */
  readonly terms: Terms | undefined;
}

/**
 * Reads what `storedXml` wrote.
 * @throws {Error} when it is none
 */
export function readStored({ xml, receivedMs }: QueuedStanza): Stored {
  const root = readXml(xml);
  const inner = root.name === ENVELOPE ? elementsOf(root).at(-1) : undefined;
  const element = inner ?? root;
  const { from = "", to = "" } = element.attrs;
  const stanza = stanzaOf(element, Jid.of(from), Jid.of(to), { kind: "local", name: "queue" }, receivedMs);
  return { stanza, terms: inner === undefined ? undefined : storedTerms(root) };
}

function storedTerms(envelope: Element): Terms {
  const { precedence, expires } = envelope.attrs;
  return {
    precedence: PRECEDENCES.find((one) => one === precedence) ?? ROUTINE.precedence,
    lateRules: elementsOf(envelope).slice(0, -1).map(lateRule).filter((rule) => rule !== undefined),
    expiresMs: expires === undefined ? undefined : Number(expires),
  };
}
