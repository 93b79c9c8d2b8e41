import { Buffer } from "node:buffer";
import net, { type Socket } from "node:net";
import tls, { type SecureContext, TLSSocket } from "node:tls";
import { type Clock, type CloseReason, errorText } from "../base/mod.ts";
import { serverEndPointOf } from "./end_point.ts";
import { codeOf } from "./sockets.ts";
import { SocketWire } from "./socket_wire.ts";
import type { SecureTransport, TlsIdentity } from "./transport.ts";
import { TransportError, type Wire } from "./wire.ts";
import { SecureWireTransport } from "./wire_transport.ts";

/** The oldest version that may be used: RFC 8996 put an end to those before. */
export const TLS_MIN_VERSION = "TLSv1.2";
/** What clients under direct TLS ask for (XEP-0368 section 3). */
export const CLIENT_ALPN = "xmpp-client";

/** Makes the server side of TLS out of wires that carried plain bytes, or nothing, so far. */
export interface TlsAcceptor {
  /**
   * Takes the wire over, at once.
   * @param early bytes that were read from the wire already and belong to the handshake
   * @throws {TransportError} when the handshake fails or takes longer than `timeoutMs`; the wire is destroyed then
   */
  accept(wire: Wire, early: Uint8Array, timeoutMs: number): Promise<SecureTransport>;
  /** Stops accepting; transports that were made go on. */
  close(): Promise<void>;
}

/**
 * Whether `node:tls` is Node's own code, ported, with servers that can take over a socket. In older versions of Deno
 * its server is a thin cover of `Deno.listenTls`, and `node:net` is not fit for servers either.
 */
export function hasNodeTls(): boolean {
  return tls.Server.prototype instanceof net.Server;
}

/** TLS through `node:tls`, on the socket itself. */
export class NodeTlsAcceptor implements TlsAcceptor {
  readonly #context: SecureContext;
  readonly #serverEndPoint: Uint8Array | undefined;
  readonly #clock: Clock;

  constructor(identity: TlsIdentity, clock: Clock) {
    this.#context = contextOf(identity);
    this.#serverEndPoint = serverEndPointOf(identity.certificatePem);
    this.#clock = clock;
  }

  async accept(wire: Wire, early: Uint8Array, timeoutMs: number): Promise<SecureTransport> {
    const carrier = releaseSocket(wire, early);
    const options = { isServer: true, secureContext: this.#context, ALPNProtocols: [CLIENT_ALPN] };
    const begin = () => new TLSSocket(carrier, options);
    const secured = await handshake({ carrier, begin, done: "secure", timeoutMs }, this.#clock);
    return new SecureWireTransport(secured, this.#serverEndPoint);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Certificate and key in the form that `node:tls` wants; make it once for many connections. */
export function contextOf({ certificatePem, keyPem }: TlsIdentity): SecureContext {
  return tls.createSecureContext({ cert: certificatePem, key: keyPem, minVersion: TLS_MIN_VERSION });
}

/**
 * The socket of a wire, for a TLS socket to stand on.
 * It comes paused: a handshake record that is read before TLS listens would be lost, and the handshake would hang.
 */
export function releaseSocket(wire: Wire, early: Uint8Array): Socket {
  if (!(wire instanceof SocketWire)) throw new Error("Cannot start TLS: not a wire of node:net");
  const socket = wire.release();
  if (early.length > 0) socket.unshift(Buffer.from(early));
  return socket;
}

/** One TLS handshake to be waited for. */
export interface Handshake {
  /** The socket below, already without other listeners. */
  readonly carrier: Socket;
  /** Makes the TLS socket on `carrier`. */
  begin(): TLSSocket;
  /** The event of a good end. */
  readonly done: "secure" | "secureConnect";
  readonly timeoutMs: number;
  /** Says no to a peer with the wrong certificate. Until then no byte is given up, and none sent. */
  verify?(socket: TLSSocket): boolean;
}

/**
 * Waits for a TLS handshake to end.
 * @throws {TransportError} when it fails or takes too long; both sockets are destroyed then
 */
export async function handshake(shake: Handshake, clock: Clock): Promise<SocketWire> {
  const { promise, resolve, reject } = Promise.withResolvers<SocketWire>();
  const { carrier, timeoutMs } = shake;
  const socket = begin(shake);
  const fail = (reason: CloseReason, why: string) => {
    cancelTimer();
    reject(new TransportError(reason, `Cannot start TLS: ${why}`));
    socket.destroy();
    carrier.destroy();
  };
  const onError = (error: Error) =>
    fail(codeOf(error) === "ECONNRESET" ? "lost" : "tls-failed", error.message);
  const onEnd = () => fail("lost", "the connection ended in the handshake");
  const cancelTimer = clock.after(timeoutMs, () => fail("timeout", `no handshake within ${timeoutMs} ms`));
  socket.on("error", onError);
  socket.on("end", onEnd);
  socket.on("close", onEnd);
  socket.once(shake.done, () => {
    if (shake.verify?.(socket) === false) return fail("tls-failed", "the certificate is not the pinned one");
    cancelTimer();
    const wire = new SocketWire(socket, carrier);
    socket.off("error", onError);
    socket.off("end", onEnd);
    socket.off("close", onEnd);
    resolve(wire);
  });
  return await promise;
}

function begin({ carrier, begin }: Handshake): TLSSocket {
  if (carrier.destroyed) throw new TransportError("lost", "Cannot start TLS: the connection is gone");
  try {
    return begin();
  } catch (error) {
    carrier.destroy();
    throw new TransportError("tls-failed", `Cannot start TLS: ${errorText(error)}`);
  }
}
