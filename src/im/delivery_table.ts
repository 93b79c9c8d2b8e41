import type { MessageType } from "../stanza/mod.ts";

/** What there is at the account a message is for, as RFC 6121 section 8.5.4 divides it. */
export type Condition =
  | "no account"
  | "no available resource"
  | "only negative priorities"
  | "non-negative priorities";

/** How a message is addressed, when the resource that it names, if any, is not there. */
export type Address = "bare" | "full";

/**
 * What to do with a message.
 *
 * - `store`: keep it for later (XEP-0160).
 * - `refuse`: answer `service-unavailable`.
 * - `ignore`: drop it without a word.
 * - `most available`: deliver it to the resource or resources of highest priority.
 * - `all`: deliver it to every resource without negative priority.
 */
export type Action = "store" | "refuse" | "ignore" | "most available" | "all";

type Rows = Readonly<Record<Address, Readonly<Record<MessageType, Action>>>>;

const NO_ACCOUNT: Rows = {
  bare: {
    normal: "refuse",
    chat: "refuse",
    groupchat: "refuse",
    headline: "ignore",
    error: "ignore",
  },
  full: {
    normal: "refuse",
    chat: "refuse",
    groupchat: "refuse",
    headline: "ignore",
    error: "ignore",
  },
};

const NOBODY_WILLING: Rows = {
  bare: {
    normal: "store",
    chat: "store",
    groupchat: "refuse",
    headline: "ignore",
    error: "ignore",
  },
  full: {
    normal: "refuse",
    chat: "store",
    groupchat: "refuse",
    headline: "ignore",
    error: "ignore",
  },
};

/**
 * RFC 6121 section 8.5.4, table 1, with the choices it leaves made once: a sender learns what became of what
 * he wrote; of headlines nobody needs to know. A message to the full JID of a resource that is there goes to
 * that resource, whatever its type and that resource's priority (section 8.5.3.1), so it has no row.
 */
export const MESSAGE_ACTIONS: Readonly<Record<Condition, Rows>> = {
  "no account": NO_ACCOUNT,
  "no available resource": NOBODY_WILLING,
  "only negative priorities": NOBODY_WILLING,
  "non-negative priorities": {
    bare: {
      normal: "most available",
      chat: "most available",
      groupchat: "refuse",
      headline: "all",
      error: "ignore",
    },
    full: {
      normal: "refuse",
      chat: "most available",
      groupchat: "refuse",
      headline: "ignore",
      error: "ignore",
    },
  },
};
