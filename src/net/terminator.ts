import { type Clock, errorText, sleep } from "../base/mod.ts";
import { ConnWire } from "./conn_wire.ts";
import { serverEndPointOf } from "./end_point.ts";
import { CLIENT_ALPN, type TlsAcceptor } from "./tls.ts";
import type { SecureTransport, TlsIdentity, Transport } from "./transport.ts";
import { TransportError, type Wire } from "./wire.ts";
import { SecureWireTransport, WireTransport } from "./wire_transport.ts";
import { within } from "./within.ts";

/** How long the last enciphered bytes may take to leave after both sides have finished. */
const LINGER_MS = 5_000;
/** How long accepting rests after it failed, for instance for want of file descriptors. */
const ACCEPT_REST_MS = 100;

/** A loopback connection to the terminator: our end, and the end that it accepted, in the clear. */
interface Leg {
  readonly outer: Deno.TcpConn;
  readonly inner: Deno.TlsConn;
}

/**
 * TLS for versions of Deno whose `node:tls` cannot take over a socket: a listener of `Deno.listenTls` that only this
 * process calls. The bytes of each client, enciphered, are carried to it over a loopback connection (the leg), and
 * what it accepts at the other end of the leg is that client in the clear, inside this process.
 */
export class Terminator implements TlsAcceptor {
  readonly #clock: Clock;
  readonly #serverEndPoint: Uint8Array | undefined;
  readonly #listener: Deno.TlsListener;
  readonly #accepting: Promise<void>;
  /** By the port of their leg: callers whose end is not accepted yet, and ends whose caller does not know it yet. */
  readonly #callers = new Map<number, PromiseWithResolvers<Deno.TlsConn>>();
  readonly #accepted = new Map<number, Deno.TlsConn>();
  #calling = 0;
  #open = true;

  constructor(identity: TlsIdentity, clock: Clock) {
    this.#clock = clock;
    this.#serverEndPoint = serverEndPointOf(identity.certificatePem);
    this.#listener = Deno.listenTls({
      hostname: "127.0.0.1",
      port: 0,
      cert: identity.certificatePem,
      key: identity.keyPem,
      alpnProtocols: [CLIENT_ALPN],
    });
    this.#accepting = this.#accept();
  }

  async accept(wire: Wire, early: Uint8Array, timeoutMs: number): Promise<SecureTransport> {
    const client = new WireTransport(wire);
    try {
      const { outer, inner } = await this.#openLeg();
      const leg = new WireTransport(new ConnWire(outer));
      const sent = carry(client, leg, early);
      await this.#handshake(inner, timeoutMs);
      const plain = new ConnWire(inner, client.remote, async (reason) => {
        const inOrder = reason === "closed-by-us" || reason === "closed-by-peer";
        if (inOrder) await within(this.#clock, LINGER_MS, sent, undefined);
        leg.abort(reason);
        client.abort(reason);
        await Promise.all([leg.closed, client.closed]);
      });
      return new SecureWireTransport(plain, this.#serverEndPoint);
    } catch (error) {
      const failure = error instanceof TransportError
        ? error
        : new TransportError("internal", `Cannot start TLS: ${errorText(error)}`);
      client.abort(failure.reason);
      throw failure;
    }
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.#listener.close();
    for (const caller of this.#callers.values()) caller.reject(new Error("the listener was closed"));
    await this.#accepting;
  }

  async #openLeg(): Promise<Leg> {
    this.#calling++;
    const { port } = this.#listener.addr;
    const outer = await Deno.connect({ hostname: "127.0.0.1", port }).catch((error) => {
      this.#calling--;
      throw error;
    });
    try {
      outer.setNoDelay(true);
      return { outer, inner: await this.#innerEnd(outer.localAddr.port) };
    } catch (error) {
      outer.close();
      throw error;
    }
  }

  /** The end that was, or will be, accepted from `port`. The caller has got through and knows its port. */
  #innerEnd(port: number): Promise<Deno.TlsConn> {
    this.#calling--;
    const accepted = this.#accepted.get(port);
    this.#accepted.delete(port);
    if (this.#calling === 0) this.#dropStrangers();
    if (accepted !== undefined) return Promise.resolve(accepted);
    const caller = Promise.withResolvers<Deno.TlsConn>();
    this.#callers.set(port, caller);
    return caller.promise.finally(() => this.#callers.delete(port));
  }

  /** Nobody is calling, so whatever nobody has claimed was not called by us. */
  #dropStrangers(): void {
    for (const conn of this.#accepted.values()) conn.close();
    this.#accepted.clear();
  }

  async #accept(): Promise<void> {
    while (this.#open) {
      const conn = await this.#listener.accept().catch(() => undefined);
      if (conn === undefined) {
        if (this.#open) await sleep(this.#clock, ACCEPT_REST_MS);
        continue;
      }
      const { port } = conn.remoteAddr;
      const caller = this.#callers.get(port);
      if (caller !== undefined) caller.resolve(conn);
      else if (this.#calling > 0) this.#accepted.set(port, conn);
      else conn.close();
    }
    this.#dropStrangers();
  }

  async #handshake(inner: Deno.TlsConn, timeoutMs: number): Promise<void> {
    let failure: TransportError | undefined;
    const stop = (error: TransportError) => {
      if (failure !== undefined) return;
      failure = error;
      inner.close();
    };
    const timeout = new TransportError("timeout", `Cannot start TLS: no handshake within ${timeoutMs} ms`);
    const cancelTimer = this.#clock.after(timeoutMs, () => stop(timeout));
    try {
      await inner.handshake();
    } catch (error) {
      stop(new TransportError("tls-failed", `Cannot start TLS: ${errorText(error)}`));
    } finally {
      cancelTimer();
    }
    if (failure !== undefined) throw failure;
  }
}

/**
 * Carries bytes both ways between a client and its leg.
 * @returns resolves when all that is meant for the client has been handed to its connection, or when that broke
 */
function carry(client: Transport, leg: Transport, early: Uint8Array): Promise<void> {
  const up = async () => {
    const writer = leg.writable.getWriter();
    if (early.length > 0) await writer.write(early);
    writer.releaseLock();
    await client.readable.pipeTo(leg.writable);
  };
  up().catch(() => leg.abort("lost"));
  return leg.readable.pipeTo(client.writable).catch(() => client.abort("lost"));
}
