import type { CloseReason, RandomSource } from "../base/mod.ts";
import type { Jid, StanzaError, StreamError } from "../stanza/mod.ts";
import { DEFAULT_XML_LIMITS, type Element, UNAUTHENTICATED_XML_LIMITS, type XmlLimits } from "../xml/mod.ts";
import type { CredentialSource, MechanismName } from "./sasl/mod.ts";

/** What happens to a client's stream. */
export type C2sInput =
  /** The client sent something. Bytes that come while TLS is being negotiated are dropped. */
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  /** TLS is up; the answer to `startTls`. `serverEndPoint` as in `C2sOptions`. */
  | { readonly kind: "secured"; readonly serverEndPoint: Uint8Array | undefined }
  /** The full JID chosen; the answer to `bind`. */
  | { readonly kind: "bound"; readonly jid: Jid }
  /** The resource was refused; the answer to `bind`. The client may try again. */
  | { readonly kind: "bindFailed"; readonly error: StanzaError }
  /** The client took too long: to be ready, to answer, or to close its stream after ours. */
  | { readonly kind: "timeout" }
  /** The client sends no more (half-close). */
  | { readonly kind: "end" };

/** What is to be done about it, in this order. */
export type C2sOutput =
  | { readonly kind: "send"; readonly text: string }
  /** Write what was sent so far, drop what was received, upgrade; then feed `secured`. */
  | { readonly kind: "startTls" }
  /**
   * Choose a full JID; feed `bound` or `bindFailed` before any more bytes. `resource` is the client's wish,
   * unprepared.
   */
  | { readonly kind: "bind"; readonly account: Jid; readonly resource: string | undefined }
  /** A message, presence or IQ of the bound client, as it came. */
  | { readonly kind: "stanza"; readonly element: Element }
  /**
   * Write what was sent so far, then close. Comes once, and last. `error` is the one that ended the stream:
   * ours, or the client's when the reason is `stream-error` and nothing like it was sent.
   */
  | { readonly kind: "close"; readonly reason: CloseReason; readonly error?: StreamError };

/**
 * How far a client's stream has come.
 *
 * - `opening`: its header is awaited, the first one or one after a restart.
 * - `negotiating`: features were sent; TLS, a login or a resource binding is awaited.
 * - `securing`: `startTls` was given; `secured` is awaited.
 * - `binding`: `bind` was given; `bound` or `bindFailed` is awaited.
 * - `bound`: stanzas flow.
 * - `closing`: we have closed our side; the client's closing tag is awaited.
 * - `closed`: nothing comes any more.
 */
export type C2sPhase = "opening" | "negotiating" | "securing" | "binding" | "bound" | "closing" | "closed";

/** Bounds on what a client may do. */
export interface C2sLimits {
  /** In force until the client has logged in. */
  readonly unauthenticated: XmlLimits;
  /** In force from then on. */
  readonly authenticated: XmlLimits;
  /** Bytes that a client may send until it has logged in, all its streams and white space included. */
  readonly unauthenticatedSizeBytes: number;
  /** Logins that may fail; with the last of them the stream ends. RFC 6120 section 6.4.5 asks for 3 to 6. */
  readonly failedLogins: number;
}

/** What an ordinary server permits. */
export const DEFAULT_C2S_LIMITS: C2sLimits = {
  unauthenticated: UNAUTHENTICATED_XML_LIMITS,
  authenticated: DEFAULT_XML_LIMITS,
  unauthenticatedSizeBytes: 65_536,
  failedLogins: 3,
};

/** What a client's stream depends on. */
export interface C2sOptions {
  /** The domain served, prepared. */
  readonly domain: string;
  /**
   * - `plain-with-starttls`: no TLS yet; it must be negotiated before anything else.
   * - `plain-loopback`: no TLS, and none needed, since nobody can listen.
   * - `tls`: TLS from the first byte (XEP-0368).
   */
  readonly security: "plain-with-starttls" | "plain-loopback" | "tls";
  /**
   * Channel-binding data of type `tls-server-end-point` (RFC 5929 section 4) when `security` is `tls`, if
   * any.
   */
  readonly serverEndPoint?: Uint8Array | undefined;
  readonly accounts: CredentialSource;
  /** For stream ids and nonces: unpredictable. */
  readonly random: RandomSource;
  /** The SASL mechanisms permitted; all unless given. */
  readonly mechanisms?: readonly MechanismName[];
  /** Further features to announce after login, for instance roster versioning (RFC 6121 section 2.6.1). */
  readonly features?: readonly Element[];
  /** `DEFAULT_C2S_LIMITS` unless given. */
  readonly limits?: C2sLimits;
}
