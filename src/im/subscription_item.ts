import type { Jid } from "../stanza/mod.ts";
import type { RosterItem } from "../storage/mod.ts";
import type { InboundRow, OutboundRow, State } from "./subscription_table.ts";

/** How each state is kept in a roster item. */
const STATE_PARTS: Readonly<
  Record<State, Pick<RosterItem, "subscription" | "ask"> & { readonly pendingIn: boolean }>
> = {
  "None": { subscription: "none", ask: false, pendingIn: false },
  "None + Pending Out": { subscription: "none", ask: true, pendingIn: false },
  "None + Pending In": { subscription: "none", ask: false, pendingIn: true },
  "None + Pending Out+In": { subscription: "none", ask: true, pendingIn: true },
  "To": { subscription: "to", ask: false, pendingIn: false },
  "To + Pending In": { subscription: "to", ask: false, pendingIn: true },
  "From": { subscription: "from", ask: false, pendingIn: false },
  "From + Pending Out": { subscription: "from", ask: true, pendingIn: false },
  "Both": { subscription: "both", ask: false, pendingIn: false },
};

/** The state of a contact; one who is not in the roster at all counts as `None`. */
export function stateOf(item: RosterItem | undefined): State {
  if (item === undefined) return "None";
  const { subscription, ask, pendingIn } = item;
  switch (subscription) {
    case "both":
      return "Both";
    case "to":
      return pendingIn === undefined ? "To" : "To + Pending In";
    case "from":
      return ask ? "From + Pending Out" : "From";
    case "none":
      if (pendingIn === undefined) return ask ? "None + Pending Out" : "None";
      return ask ? "None + Pending Out+In" : "None + Pending In";
  }
}

/** Whether the owner of the roster sees the contact's presence: `to` or `both`. */
export function seesContact(item: RosterItem | undefined): boolean {
  return item?.subscription === "to" || item?.subscription === "both";
}

/** Whether the contact sees the presence of the roster's owner: `from` or `both`. */
export function seenByContact(item: RosterItem | undefined): boolean {
  return item?.subscription === "from" || item?.subscription === "both";
}

/**
 * The roster item after a row of the table was applied.
 * @param request makes what is to be kept when a request is now pending
 */
export function itemAfter(
  before: RosterItem | undefined,
  contact: Jid,
  row: OutboundRow | InboundRow,
  request?: () => string,
): RosterItem {
  const { subscription, ask, pendingIn } = STATE_PARTS[row.next ?? stateOf(before)];
  const approved = ("approved" in row ? row.approved : undefined) ?? before?.approved ?? false;
  return {
    jid: contact.toString(),
    name: before?.name,
    groups: before?.groups ?? [],
    subscription,
    ask,
    approved,
    pendingIn: pendingIn ? before?.pendingIn ?? request?.() : undefined,
    listed: before?.listed === true || subscription !== "none" || ask || approved,
  };
}

/** An entry that is neither a contact nor a pending request says nothing. */
export function isWorthKeeping(item: RosterItem): boolean {
  return item.listed || item.pendingIn !== undefined;
}

/** Whether clients see no difference; name and groups never change here. */
export function looksTheSame(before: RosterItem | undefined, after: RosterItem): boolean {
  return before !== undefined && before.listed === after.listed && before.ask === after.ask &&
    before.subscription === after.subscription && before.approved === after.approved;
}
