import { type Stanza, withElement } from "../stanza/mod.ts";
import { type Element, leastLimits, xml, type XmlLimits } from "../xml/mod.ts";
import { queueClass } from "./classes.ts";
import { STANZA_LIMITS } from "./flow/mod.ts";

/**
 * What crosses a link has grown since a client sent it: by addresses, by references for what clients may write plainly,
 * by namespaces that clients declare once. A peer whose parser does not take it ends the stream, for everybody. So each
 * side sends a little more than a client may, and takes well more than that.
 */

/** Bounds on what is sent to a peer that has the same limits for its clients. */
export function sentLimits(clients: XmlLimits): XmlLimits {
  return {
    stanzaSizeBytes: clients.stanzaSizeBytes + 8_192,
    depth: clients.depth,
    attributes: clients.attributes + 8,
    elements: clients.elements,
  };
}

/**
 * The same in profile `halyard`, where a stanza that the other side cannot take would be sent again for ever.
 * @param stampBytes by what a stanza may grow after it was measured
 */
export function flowLimits(clients: XmlLimits, stampBytes: number): XmlLimits {
  const sent = sentLimits(clients);
  return {
    stanzaSizeBytes: Math.min(sent.stanzaSizeBytes, STANZA_LIMITS.stanzaSizeBytes - stampBytes),
    depth: Math.min(sent.depth, STANZA_LIMITS.depth - 1),
    attributes: Math.min(sent.attributes, STANZA_LIMITS.attributes),
    elements: Math.min(sent.elements, STANZA_LIMITS.elements - 1),
  };
}

/** Bounds on what is taken from a peer. Leaves room for a delay stamp, which comes on top of what was measured. */
export function takenLimits(clients: XmlLimits): XmlLimits {
  return {
    stanzaSizeBytes: 2 * clients.stanzaSizeBytes + 8_192,
    depth: clients.depth + 8,
    attributes: clients.attributes + 16,
    elements: clients.elements + 16,
  };
}

/** Whether an element, as it is written, is within limits. */
export function fits(element: Element, limits: XmlLimits): boolean {
  const least = leastLimits(element);
  return least.stanzaSizeBytes <= limits.stanzaSizeBytes && least.depth <= limits.depth &&
    least.attributes <= limits.attributes && least.elements <= limits.elements;
}

/**
 * A stanza that the peer can read: that somebody has gone is said in any case, if without his last words. Undefined
 * when there is none.
 */
export function shortened(stanza: Stanza, limits: XmlLimits): Stanza | undefined {
  if (fits(stanza.element, limits)) return stanza;
  if (queueClass(stanza) !== "presence-end") return undefined;
  const short = withElement(stanza, xml("presence", { type: stanza.type }));
  return fits(short.element, limits) ? short : undefined;
}
