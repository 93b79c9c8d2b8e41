import { type Stanza, subscriptionType } from "../stanza/mod.ts";
import { isRoomPresence } from "./rooms.ts";
import { isStandaloneState } from "./rules/mod.ts";

/**
 * Classes of what waits for a link, the lowest first.
 *
 * - `noise`: worthless a moment later (standalone chat states).
 * - `presence`: available presence, probes, errors of presence: the newest is enough.
 * - `iq`: somebody waits for it, but not for long.
 * - `message`: what people wrote, and subscriptions.
 * - `presence-end`: unavailable presence; small, and never refused.
 */
export type QueueClass = typeof CLASSES[number];

/** The names of the classes, the lowest first. */
export const CLASSES = ["noise", "presence", "iq", "message", "presence-end"] as const;

/** The class of a stanza. */
export function queueClass(stanza: Stanza): QueueClass {
  switch (stanza.kind) {
    case "iq":
      return "iq";
    case "message":
      return isStandaloneState(stanza) ? "noise" : "message";
    case "presence":
      if (stanza.type === "unavailable") return "presence-end";
      // What a server says of presence that went to a whole domain (docs/link-protocol.md, section 10.1).
      if (stanza.type === "error" && stanza.from.local === "") return "message";
      return subscriptionType(stanza) === undefined ? "presence" : "message";
  }
}

/**
 * The place that presence has in the far side's view: each newer one there makes the older one worthless. Undefined
 * for all that is not the mere state of a resource. Presence to a full JID is directed at that resource alone, so
 * its place is another than that of what goes to the bare JID.
 */
export function presenceSlot(stanza: Stanza): string | undefined {
  if (stanza.kind !== "presence" || (stanza.type !== "" && stanza.type !== "unavailable")) return undefined;
  return isRoomPresence(stanza) ? undefined : `${stanza.from}\n${stanza.to}`;
}

/** Two entities between whom order is kept (RFC 6120 section 10.1): a sending resource and a receiving account. */
export function orderedPair(stanza: Stanza): string {
  return `${stanza.from}\n${stanza.to.bare}`;
}
