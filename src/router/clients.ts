import type { CloseReason } from "../base/mod.ts";
import type { Jid, StanzaError, StreamError } from "../stanza/mod.ts";
import type { Element } from "../xml/mod.ts";

/** A connected client with a bound resource, as the services behind it see it. Implemented in `c2s`. */
export interface ClientSession {
  /** Full JID. */
  readonly jid: Jid;
  /**
   * Queues an element for the client; it is written when the turn ends, after the turn's commit.
   * @returns false when the session is ending or its bound on unsent bytes is reached: nothing was queued
   */
  send(element: Element): boolean;
  /** Calls `done` once all that was sent so far has been handed to the network; never when it breaks before. */
  whenSent(done: () => void): void;
  /** Ends the stream with an error. */
  end(error: StreamError, reason: CloseReason): void;
}

/** What a client session needs of the server behind it. Implemented in `im`; wired in `server.ts`. */
export interface ClientServices {
  /**
   * Chooses the full JID for a resource binding (RFC 6120 section 7).
   * @param wanted the client's wish, unprepared; undefined for "you choose"
   */
  bind(account: Jid, wanted: string | undefined): { readonly jid: Jid } | { readonly error: StanzaError };
  /** The session is bound and may be delivered to. An older one of the same full JID ends with `conflict`. */
  attach(session: ClientSession): void;
  /** A stanza from the client as it came: addresses not yet stamped, `from` not yet checked. */
  receive(session: ClientSession, element: Element): void;
  /** The session has ended, in whatever way; its unavailable presence goes out. Harmless when repeated. */
  detach(session: ClientSession): void;
}
