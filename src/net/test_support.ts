import { type Clock, nullLog, systemClock } from "../base/mod.ts";
import { makeSelfSigned } from "./certificate.ts";
import { ConnWire } from "./conn_wire.ts";
import { DenoSockets } from "./deno_sockets.ts";
import { NodeSockets } from "./node_sockets.ts";
import type { Sockets } from "./sockets.ts";
import { hasNodeTls } from "./tls.ts";
import type { Endpoint, TlsIdentity, Transport } from "./transport.ts";
import { WireTransport } from "./wire_transport.ts";

export const LOOPBACK: Endpoint = { host: "127.0.0.1", port: 0 };
export const DOMAIN = "ship.example";
export const STARTTLS: Uint8Array = new TextEncoder().encode("<starttls/>");
export const PROCEED: Uint8Array = new TextEncoder().encode("<proceed/>");

/** A certificate and its key, made for this run. */
export function testIdentity(): Promise<TlsIdentity> {
  return makeSelfSigned(DOMAIN, systemClock.nowMs());
}

/** Every kind of sockets that works on this Deno. */
export function allSockets(): [string, Sockets][] {
  const deno: [string, Sockets] = ["deno", new DenoSockets(nullLog, systemClock)];
  return hasNodeTls() ? [deno, ["node", new NodeSockets(nullLog, systemClock)]] : [deno];
}

/** A client in the clear. */
export function call({ host, port }: Endpoint): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname: host, port });
}

/** The next bytes that come. */
export async function receive(conn: Deno.Conn): Promise<Uint8Array> {
  const buffer = new Uint8Array(64 * 1024);
  return buffer.subarray(0, await conn.read(buffer) ?? 0);
}

/** The client's side of TLS. */
export async function secureCall(conn: Deno.TcpConn, { certificatePem }: TlsIdentity): Promise<Transport> {
  const secure = await Deno.startTls(conn, { hostname: DOMAIN, caCerts: [certificatePem] });
  try {
    await secure.handshake();
  } catch (error) {
    secure.close();
    throw error;
  }
  return new WireTransport(new ConnWire(secure));
}

/** What a client begins a handshake with. */
export async function clientHello(identity: TlsIdentity): Promise<Uint8Array> {
  const listener = Deno.listen({ hostname: LOOPBACK.host, port: 0 });
  const [conn, caller] = await Promise.all([
    listener.accept(),
    call({ host: LOOPBACK.host, port: listener.addr.port }),
  ]);
  const refused = secureCall(caller, identity).catch(() => {});
  const hello = await receive(conn);
  conn.close();
  listener.close();
  await refused;
  return hello;
}

/** A clock whose timers go off when told to. */
export class ManualClock implements Clock {
  readonly #timers = new Set<() => void>();
  readonly #firstSet = Promise.withResolvers<void>();
  /** Resolves when a timer has been set. */
  readonly set: Promise<void> = this.#firstSet.promise;

  nowMs(): number {
    return 0;
  }

  monotonicMs(): number {
    return 0;
  }

  after(_delayMs: number, callback: () => void): () => void {
    this.#timers.add(callback);
    this.#firstSet.resolve();
    return () => void this.#timers.delete(callback);
  }

  /** Lets every timer go off that is set. */
  fire(): void {
    for (const callback of this.#timers) callback();
    this.#timers.clear();
  }
}
