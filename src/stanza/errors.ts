import { type Element, xml } from "../xml/mod.ts";
import { NS } from "./namespaces.ts";

/** What the sender may do about a stanza error (RFC 6120 section 8.3.2). */
export type StanzaErrorType = "auth" | "cancel" | "continue" | "modify" | "wait";

/** The defined conditions with the type each usually has (RFC 6120 section 8.3.3). */
const USUAL_TYPE = {
  "bad-request": "modify",
  "conflict": "cancel",
  "feature-not-implemented": "cancel",
  "forbidden": "auth",
  "gone": "cancel",
  "internal-server-error": "cancel",
  "item-not-found": "cancel",
  "jid-malformed": "modify",
  "not-acceptable": "modify",
  "not-allowed": "cancel",
  "not-authorized": "auth",
  "policy-violation": "modify",
  "recipient-unavailable": "wait",
  "redirect": "modify",
  "registration-required": "auth",
  "remote-server-not-found": "cancel",
  "remote-server-timeout": "wait",
  "resource-constraint": "wait",
  "service-unavailable": "cancel",
  "subscription-required": "auth",
  "undefined-condition": "cancel",
  "unexpected-request": "wait",
} as const satisfies Record<string, StanzaErrorType>;

/** A defined stanza error condition. */
export type StanzaErrorCondition = keyof typeof USUAL_TYPE;

/** Every defined stanza error condition. */
export const STANZA_ERROR_CONDITIONS: readonly StanzaErrorCondition[] = Object.keys(
  USUAL_TYPE,
) as StanzaErrorCondition[];

/** An error to be answered to the sender of a stanza: data, never thrown. */
export interface StanzaError {
  readonly condition: StanzaErrorCondition;
  /** The usual type of the condition unless given. */
  readonly type?: StanzaErrorType;
  /** For people: what is wrong and what to do. */
  readonly text?: string;
}

/** The `<error/>` element of a stanza of type error. */
export function errorElement(error: StanzaError): Element {
  return xml(
    "error",
    { type: error.type ?? USUAL_TYPE[error.condition] },
    xml(error.condition, { xmlns: NS.STANZA_ERRORS }),
    error.text === undefined ? undefined : xml("text", { xmlns: NS.STANZA_ERRORS }, error.text),
  );
}

/** Conditions that end a whole stream (RFC 6120 section 4.9.3). */
export const STREAM_ERROR_CONDITIONS = [
  "bad-format",
  "bad-namespace-prefix",
  "conflict",
  "connection-timeout",
  "host-gone",
  "host-unknown",
  "improper-addressing",
  "internal-server-error",
  "invalid-from",
  "invalid-namespace",
  "invalid-xml",
  "not-authorized",
  "not-well-formed",
  "policy-violation",
  "remote-connection-failed",
  "reset",
  "resource-constraint",
  "restricted-xml",
  "see-other-host",
  "system-shutdown",
  "undefined-condition",
  "unsupported-encoding",
  "unsupported-feature",
  "unsupported-stanza-type",
  "unsupported-version",
] as const;

/** A defined stream error condition. */
export type StreamErrorCondition = typeof STREAM_ERROR_CONDITIONS[number];

/** An error that ends a stream: data on its way to the other side. */
export interface StreamError {
  readonly condition: StreamErrorCondition;
  readonly text?: string;
}
