import { errorReply } from "../router/mod.ts";
import type { Stanza, StanzaError } from "../stanza/mod.ts";
import { hasContent, isStandaloneState } from "./rules/mod.ts";
import type { AnsweredLoss } from "./tally.ts";

/** What a sender is told when a stanza cannot cross. */
const ERRORS: Readonly<Record<AnsweredLoss, StanzaError>> = {
  "full": { condition: "resource-constraint", type: "wait", text: "Too much waits for the link already" },
  "expired": { condition: "remote-server-timeout", text: "The link was down or busy for too long" },
  "flushed": { condition: "recipient-unavailable", text: "An operator dropped what waited for the link" },
  "no-store": {
    condition: "recipient-unavailable",
    text: "The link is down, and the message asks not to be stored",
  },
  "too-large": { condition: "policy-violation", text: "The stanza is too large for the link" },
  "noise": { condition: "recipient-unavailable" },
};

/**
 * The answer to the sender of a stanza that does not cross; undefined where none is due: to errors and results, to
 * messages without a body that were not to be stored, to standalone chat states, and to presence other than a
 * subscription request, since nobody waits for an answer to it.
 */
export function refusalOf(stanza: Stanza, reason: AnsweredLoss): Stanza | undefined {
  if (stanza.kind === "presence" && stanza.type !== "subscribe") return undefined;
  if (reason === "no-store" && !hasContent(stanza.element, "body")) return undefined;
  if (isStandaloneState(stanza)) return undefined;
  return errorReply(stanza, ERRORS[reason]);
}
