import { NS, type Stanza } from "../stanza/mod.ts";
import { type Element, elementsOf } from "../xml/mod.ts";

/** Extensions of presence by which rooms are joined, left and shown (XEP-0045, XEP-0289). */
const ROOM_NAMESPACES: readonly string[] = [NS.MUC, NS.MUC_USER, NS.FMUC];

/** Whether an element in presence says something about a room. */
export function isRoomExtension(child: Element): boolean {
  return child.attrs.xmlns !== undefined && ROOM_NAMESPACES.includes(child.attrs.xmlns);
}

/** Whether presence joins a room or shows an occupant: it is an event then, not just the newest state of somebody. */
export function isRoomPresence(presence: Stanza): boolean {
  return elementsOf(presence.element).some(isRoomExtension);
}
