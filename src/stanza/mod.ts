/** Addresses, stanzas and their errors, as RFC 6120 and RFC 7622 define them. */
export { dateTime, withDelay } from "./delay.ts";
export {
  errorElement,
  STANZA_ERROR_CONDITIONS,
  type StanzaError,
  type StanzaErrorCondition,
  type StanzaErrorType,
  STREAM_ERROR_CONDITIONS,
  type StreamError,
  type StreamErrorCondition,
} from "./errors.ts";
export { Jid } from "./jid.ts";
export { NS } from "./namespaces.ts";
export {
  isStanzaElement,
  type MessageType,
  messageType,
  type Origin,
  ownStanza,
  type Stanza,
  type StanzaKind,
  stanzaOf,
  type SubscriptionType,
  subscriptionType,
  withElement,
} from "./stanza.ts";
