import type { SubscriptionType } from "../stanza/mod.ts";

/** The nine states of RFC 6121 appendix A.1, by their names there, seen from the owner of the roster. */
export type State =
  | "None"
  | "None + Pending Out"
  | "None + Pending In"
  | "None + Pending Out+In"
  | "To"
  | "To + Pending In"
  | "From"
  | "From + Pending Out"
  | "Both";

/** What becomes of a subscription stanza that the user sends. */
export interface OutboundRow {
  readonly route: boolean;
  /** Undefined: no state change. */
  readonly next?: State;
  /** Notes (true) or takes back (false) that the contact is approved in advance (section 3.4). */
  readonly approved?: boolean;
}

/** What becomes of a subscription stanza that a contact sends. */
export interface InboundRow {
  readonly deliver: boolean;
  /** Undefined: no state change. */
  readonly next?: State;
  /** What the server answers in the user's name. */
  readonly reply?: "subscribed" | "unsubscribed";
}

type Table<Row> = Readonly<Record<SubscriptionType, Readonly<Record<State, Row>>>>;

/**
 * RFC 6121 appendix A.2. `unsubscribed` takes back a pre-approval in every state, which that table leaves to
 * section 3.4.2. Where it says SHOULD NOT route, nothing is routed.
 */
export const OUTBOUND: Table<OutboundRow> = {
  subscribe: {
    "None": { route: true, next: "None + Pending Out" },
    "None + Pending Out": { route: true },
    "None + Pending In": { route: true, next: "None + Pending Out+In" },
    "None + Pending Out+In": { route: true },
    "To": { route: true },
    "To + Pending In": { route: true },
    "From": { route: true, next: "From + Pending Out" },
    "From + Pending Out": { route: true },
    "Both": { route: true },
  },
  unsubscribe: {
    "None": { route: true },
    "None + Pending Out": { route: true, next: "None" },
    "None + Pending In": { route: true },
    "None + Pending Out+In": { route: true, next: "None + Pending In" },
    "To": { route: true, next: "None" },
    "To + Pending In": { route: true, next: "None + Pending In" },
    "From": { route: true },
    "From + Pending Out": { route: true, next: "From" },
    "Both": { route: true, next: "From" },
  },
  subscribed: {
    "None": { route: false, approved: true },
    "None + Pending Out": { route: false, approved: true },
    "None + Pending In": { route: true, next: "From" },
    "None + Pending Out+In": { route: true, next: "From + Pending Out" },
    "To": { route: false, approved: true },
    "To + Pending In": { route: true, next: "Both" },
    "From": { route: false },
    "From + Pending Out": { route: false },
    "Both": { route: false },
  },
  unsubscribed: {
    "None": { route: false, approved: false },
    "None + Pending Out": { route: false, approved: false },
    "None + Pending In": { route: true, next: "None", approved: false },
    "None + Pending Out+In": { route: true, next: "None + Pending Out", approved: false },
    "To": { route: false, approved: false },
    "To + Pending In": { route: true, next: "To", approved: false },
    "From": { route: true, next: "None", approved: false },
    "From + Pending Out": { route: true, next: "None + Pending Out", approved: false },
    "Both": { route: true, next: "To", approved: false },
  },
};

/** RFC 6121 appendix A.3. Where it says SHOULD NOT deliver, nothing is delivered. */
export const INBOUND: Table<InboundRow> = {
  subscribe: {
    "None": { deliver: true, next: "None + Pending In" },
    "None + Pending Out": { deliver: true, next: "None + Pending Out+In" },
    "None + Pending In": { deliver: false },
    "None + Pending Out+In": { deliver: false },
    "To": { deliver: true, next: "To + Pending In" },
    "To + Pending In": { deliver: false },
    "From": { deliver: false, reply: "subscribed" },
    "From + Pending Out": { deliver: false, reply: "subscribed" },
    "Both": { deliver: false, reply: "subscribed" },
  },
  unsubscribe: {
    "None": { deliver: false },
    "None + Pending Out": { deliver: false },
    "None + Pending In": { deliver: true, next: "None", reply: "unsubscribed" },
    "None + Pending Out+In": { deliver: true, next: "None + Pending Out", reply: "unsubscribed" },
    "To": { deliver: false },
    "To + Pending In": { deliver: true, next: "To", reply: "unsubscribed" },
    "From": { deliver: true, next: "None", reply: "unsubscribed" },
    "From + Pending Out": { deliver: true, next: "None + Pending Out", reply: "unsubscribed" },
    "Both": { deliver: true, next: "To", reply: "unsubscribed" },
  },
  subscribed: {
    "None": { deliver: false },
    "None + Pending Out": { deliver: true, next: "To" },
    "None + Pending In": { deliver: false },
    "None + Pending Out+In": { deliver: true, next: "To + Pending In" },
    "To": { deliver: false },
    "To + Pending In": { deliver: false },
    "From": { deliver: false },
    "From + Pending Out": { deliver: true, next: "Both" },
    "Both": { deliver: false },
  },
  unsubscribed: {
    "None": { deliver: false },
    "None + Pending Out": { deliver: true, next: "None" },
    "None + Pending In": { deliver: false },
    "None + Pending Out+In": { deliver: true, next: "None + Pending In" },
    "To": { deliver: true, next: "None" },
    "To + Pending In": { deliver: true, next: "None + Pending In" },
    "From": { deliver: false },
    "From + Pending Out": { deliver: true, next: "From" },
    "Both": { deliver: true, next: "From" },
  },
};

/**
 * Appendix A.3.1 note 1 and section 3.4.2: an inbound `subscribe` of a contact who is approved in advance.
 */
export const PRE_APPROVED: Readonly<Partial<Record<State, InboundRow>>> = {
  "None": { deliver: false, next: "From", reply: "subscribed" },
  "None + Pending Out": { deliver: false, next: "From + Pending Out", reply: "subscribed" },
  "To": { deliver: false, next: "Both", reply: "subscribed" },
};
