/** The SASL mechanisms spoken here, the strongest first: the order in which they are offered. */
export const MECHANISMS = [
  "SCRAM-SHA-256-PLUS",
  "SCRAM-SHA-1-PLUS",
  "SCRAM-SHA-256",
  "SCRAM-SHA-1",
  "PLAIN",
] as const;

export type MechanismName = typeof MECHANISMS[number];

/** The failure conditions of RFC 6120 section 6.5 that a server with accounts of this kind can come to. */
export type SaslCondition =
  | "aborted"
  | "encryption-required"
  | "incorrect-encoding"
  | "invalid-authzid"
  | "invalid-mechanism"
  | "malformed-request"
  | "mechanism-too-weak"
  | "not-authorized"
  | "temporary-auth-failure";

/** The end of a handshake without success: data on its way to the client. */
export interface SaslFailure {
  readonly kind: "failure";
  readonly condition: SaslCondition;
  /** For people. Never says whether an account exists. */
  readonly text?: string;
}

/** What a mechanism answers to a message of the client. */
export type SaslStep =
  | { readonly kind: "challenge"; readonly data: Uint8Array }
  | {
    readonly kind: "success";
    /** The localpart of the account, prepared. */
    readonly username: string;
    /** Additional data with success; undefined when the mechanism has none. */
    readonly data: Uint8Array | undefined;
  }
  | SaslFailure;

/** The server's side of one handshake. */
export interface Mechanism {
  /** Takes the client's next message. Not to be called again after `success` or `failure`. */
  respond(message: Uint8Array): SaslStep;
}

/** A failed handshake. */
export function failure(condition: SaslCondition, text?: string): SaslFailure {
  return text === undefined ? { kind: "failure", condition } : { kind: "failure", condition, text };
}
