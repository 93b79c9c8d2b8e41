import { copy, type Element, xml } from "../xml/mod.ts";
import { NS } from "./namespaces.ts";

/** A time as XEP-0082 writes it, in whole seconds, UTC: `2026-07-01T10:00:00Z`. */
export function dateTime(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d+Z$/, "Z");
}

/**
 * A copy of the element that says when it was first sent (XEP-0203). One that says so already is kept as it is:
 * the first stamp is the true one.
 * @param from who vouches for the time: the domain that held the stanza
 */
export function withDelay(element: Element, from: string, sentMs: number): Element {
  if (element.getChild("delay", NS.DELAY) !== undefined) return element;
  const delay = xml("delay", { xmlns: NS.DELAY, from, stamp: dateTime(sentMs) });
  return copy(element, { children: [...element.children, delay] });
}
