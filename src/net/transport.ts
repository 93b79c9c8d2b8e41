import type { CloseReason } from "../base/mod.ts";

/**
 * One two-way stream of bytes: TCP, TLS, memory, a radio. Everything above a socket speaks to this shape and to
 * nothing else.
 *
 * - Order is kept; nothing is lost or repeated while it is open.
 * - `readable` ends when the other side has finished sending (half-close); it errors when the connection breaks.
 * - A write to `writable` resolves when the carrier has taken the bytes: back-pressure is the flow control.
 *   Closing `writable` finishes our sending side and leaves the other open.
 * - `closed` resolves once, when both directions have ended, with the one reason. It never rejects.
 */
export interface Transport {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly closed: Promise<CloseReason>;
  /** Where the other end is, for logs and for the list of who may call. */
  readonly remote: RemoteAddress;
  /** Ends both directions at once with `reason`; what was not yet sent may be lost. Harmless when closed already. */
  abort(reason: CloseReason): void;
}

/** Address of the other end of a transport. */
export interface RemoteAddress {
  /** IP address, or a name for carriers without one. */
  readonly host: string;
  /** 0 for carriers without ports. */
  readonly port: number;
}

/** A transport that may become a TLS one on the way (STARTTLS, RFC 6120 section 5). */
export interface UpgradableTransport extends Transport {
  /**
   * Starts TLS as the server. Call it once the `<proceed/>` has been written. Bytes that arrived behind the
   * client's `<starttls/>` are dropped: they were sent in the clear and may be an attacker's.
   * The old streams are dead from then on.
   * @throws {Error} when the handshake fails or takes longer than `timeoutMs`; the connection is closed then
   */
  startTls(timeoutMs: number): Promise<SecureTransport>;
}

/** A transport under TLS. */
export interface SecureTransport extends Transport {
  /** Channel-binding data of type `tls-server-end-point` (RFC 5929 section 4); undefined where there is none. */
  readonly serverEndPoint: Uint8Array | undefined;
}

/** An `address:port` to listen on or to call; IPv6 addresses without brackets. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** A listening socket. */
export interface Listener {
  /** Where it listens; the port is the real one when 0 was asked for. */
  readonly local: Endpoint;
  close(): Promise<void>;
}

/** Certificate chain and private key, PEM. */
export interface TlsIdentity {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** How a link's TCP connection is protected by TLS from its first byte, when it is (XEP-0361 section 4.6). */
export interface LinkTls extends TlsIdentity {
  /** SHA-256 fingerprint of the one certificate the peer may show, 64 hexadecimal digits in lower case. */
  readonly peerFingerprint: string;
}

/** The network as a parameter: the machine's, or a simulated one. Each method rejects when it cannot listen or call. */
export interface Network {
  /** Client connections without TLS at first; `startTls` on the transport is there when `tls` is given. */
  listenTcp(
    at: Endpoint,
    onTransport: (transport: UpgradableTransport) => void,
    tls?: TlsIdentity,
  ): Promise<Listener>;
  /** Client connections under TLS from the first byte (XEP-0368). */
  listenTls(
    at: Endpoint,
    tls: TlsIdentity,
    onTransport: (transport: SecureTransport) => void,
  ): Promise<Listener>;
  /** Link connections: plain TCP, or TLS with the peer's pinned certificate. */
  listenLink(
    at: Endpoint,
    tls: LinkTls | undefined,
    onTransport: (transport: Transport) => void,
  ): Promise<Listener>;
  /**
   * Calls a peer.
   * @throws {ConnectError} when the call fails
   */
  connectLink(to: Endpoint, tls: LinkTls | undefined, timeoutMs: number): Promise<Transport>;
}

/** Why a call did not succeed. */
export class ConnectError extends Error {
  override readonly name = "ConnectError";
  constructor(readonly reason: CloseReason, message: string) {
    super(message);
  }
}
