import { NS, type Stanza, withDelay } from "../stanza/mod.ts";
import { type Element, elementsOf } from "../xml/mod.ts";
import { queueClass } from "./classes.ts";
import { isChild } from "./rules/mod.ts";
import type { AnsweredLoss } from "./tally.ts";

/** Waiting time from which a message says when it was sent (XEP-0203). */
const STAMPED_AFTER_MS = 10_000;

/** A stanza as it crosses: a message that has waited says since when. */
export function stamped(stanza: Stanza, nowMs: number): Element {
  const waitedMs = nowMs - stanza.receivedMs;
  const isStamped = stanza.kind === "message" && stanza.type !== "error" && waitedMs > STAMPED_AFTER_MS;
  return isStamped ? withDelay(stanza.element, stanza.from.domain, stanza.receivedMs) : stanza.element;
}

/** Whether a message asks not to be kept anywhere (XEP-0334 section 4.2). Hints of errors are ignored there. */
export function isNotToBeStored(stanza: Stanza): boolean {
  return stanza.kind === "message" && stanza.type !== "error" &&
    elementsOf(stanza.element).some((child) => isChild(child, "no-store", NS.HINTS));
}

/** Why a stanza is not even queued while the link is down; undefined when it is. */
export function lossWhileDown(stanza: Stanza): AnsweredLoss | undefined {
  if (queueClass(stanza) === "noise") return "noise";
  return isNotToBeStored(stanza) ? "no-store" : undefined;
}
