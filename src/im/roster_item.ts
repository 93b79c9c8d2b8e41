import { Jid, NS, type StanzaError } from "../stanza/mod.ts";
import type { RosterItem } from "../storage/mod.ts";
import { type Element, elementsOf, xml } from "../xml/mod.ts";
import type { ImLimits } from "./options.ts";

/** What a client asks for one contact of its roster (RFC 6121 sections 2.3 to 2.5). */
export interface RosterRequest {
  readonly jid: Jid;
  readonly remove: boolean;
  readonly name: string | undefined;
  readonly groups: readonly string[];
}

type Limits = Pick<ImLimits, "rosterNameLength" | "groupsPerItem">;

const bad = (text: string): { error: StanzaError } => ({ error: { condition: "bad-request", text } });
const unacceptable = (text: string): { error: StanzaError } => ({
  error: { condition: "not-acceptable", text },
});

/**
 * Reads a roster set.
 * @returns the error that RFC 6121 section 2.3.3 prescribes when it is not a legal one
 */
export function readRosterSet(query: Element, limits: Limits): RosterRequest | { error: StanzaError } {
  const [item, ...more] = elementsOf(query);
  if (item === undefined || more.length > 0 || !item.is("item", NS.ROSTER)) {
    return bad("A roster set holds exactly one item");
  }
  const { jid: address, name = "", subscription } = item.attrs;
  if (address === undefined) return bad("The item has no jid");
  const jid = Jid.parse(address);
  if (jid === undefined) {
    return { error: { condition: "jid-malformed", text: "The item's jid is no address" } };
  }
  if (!jid.isBare) return bad("The item's jid has a resource");
  if (name.length > limits.rosterNameLength) {
    return unacceptable(`The name has ${name.length} characters; ${limits.rosterNameLength} are allowed`);
  }
  const groups = item.getChildren("group", NS.ROSTER).map((group) => group.getText());
  const error = checkGroups(groups, limits);
  if (error !== undefined) return error;
  return { jid, remove: subscription === "remove", name: name === "" ? undefined : name, groups };
}

function checkGroups(groups: readonly string[], limits: Limits): { error: StanzaError } | undefined {
  const { groupsPerItem, rosterNameLength } = limits;
  if (groups.length > groupsPerItem) {
    return unacceptable(`The item is in ${groups.length} groups; ${groupsPerItem} are allowed`);
  }
  if (groups.includes("")) return unacceptable("A group has no name");
  if (groups.some((group) => group.length > rosterNameLength)) {
    return unacceptable(`A group's name has more than ${rosterNameLength} characters`);
  }
  if (new Set(groups).size < groups.length) return bad("A group is named twice");
  return undefined;
}

/**
 * A contact as clients see it, in the namespace of its parent (RFC 6121 section 2.1.2).
 * @param item undefined for one that is no longer in the roster
 */
export function itemElement(jid: string, item: RosterItem | undefined): Element {
  if (item === undefined) return xml("item", { jid, subscription: "remove" });
  const attrs = {
    jid,
    name: item.name,
    subscription: item.subscription,
    ask: item.ask ? "subscribe" : undefined,
    approved: item.approved ? "true" : undefined,
  };
  return xml("item", attrs, ...item.groups.map((group) => xml("group", {}, group)));
}

/** A whole roster (RFC 6121 section 2.1.4). */
export function rosterElement(version: number, items: readonly RosterItem[]): Element {
  const shown = items.filter((item) => item.listed).map((item) => itemElement(item.jid, item));
  return xml("query", { xmlns: NS.ROSTER, ver: String(version) }, ...shown);
}

/** A roster push (RFC 6121 section 2.1.6); no `from`, so it comes from the account itself. */
export function pushElement(to: Jid, version: number, item: Element): Element {
  const ver = String(version);
  const query = xml("query", { xmlns: NS.ROSTER, ver }, item);
  return xml("iq", { type: "set", id: `push-${ver}`, to: to.toString() }, query);
}
