import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import tls from "node:tls";
import { type Clock, nullLog } from "../base/mod.ts";
import { NodeSockets } from "./node_sockets.ts";
import type { SocketWire } from "./socket_wire.ts";
import { StartTlsTransport } from "./starttls.ts";
import { hasNodeTls, NodeTlsAcceptor, type TlsAcceptor } from "./tls.ts";
import type { TlsIdentity } from "./transport.ts";
import { within } from "./within.ts";

/** First octet of every TLS handshake record (RFC 8446 section 5.1). */
const HANDSHAKE_RECORD = 0x16;
const LIMIT_MS = 1_000;
const ECHO = "What I tell you three times is true.";

/** Whether `node:tls` can take over a socket on this Deno; known after a second and a half at most. */
export async function nodeTlsWorks(identity: TlsIdentity, clock: Clock): Promise<boolean> {
  return hasNodeTls() && await upgradeWorks(new NodeTlsAcceptor(identity, clock), clock);
}

/**
 * Puts one connection to ourselves under TLS, on loopback, and looks at the octets on the way. There are versions of
 * Deno that hang in this, and some that send everything in the clear without a word.
 */
export function upgradeWorks(acceptor: TlsAcceptor, clock: Clock): Promise<boolean> {
  return within(clock, LIMIT_MS * 1.5, upgradeOnLoopback(acceptor, clock).catch(() => false), false);
}

async function upgradeOnLoopback(acceptor: TlsAcceptor, clock: Clock): Promise<boolean> {
  const sockets = new NodeSockets(nullLog, clock);
  const served = Promise.withResolvers<void>();
  const serve = (wire: SocketWire) => void echo(wire, acceptor).catch(() => {}).finally(served.resolve);
  const listener = await sockets.listen({ host: "127.0.0.1", port: 0 }, false, serve);
  try {
    const caller = await sockets.connect(listener.local, false, LIMIT_MS);
    const socket = caller.release();
    const works = await within(clock, LIMIT_MS, echoesUnderTls(socket), false);
    socket.destroy();
    await served.promise;
    return works;
  } finally {
    await listener.close();
  }
}

/** The server: one message in the clear, then TLS, then an echo. */
async function echo(wire: SocketWire, acceptor: TlsAcceptor): Promise<void> {
  const transport = new StartTlsTransport(wire, { acceptor: () => Promise.resolve(acceptor) });
  await transport.readable.getReader().read();
  await transport.writable.getWriter().write(new TextEncoder().encode("proceed"));
  const secure = await transport.startTls(LIMIT_MS);
  await secure.readable.pipeTo(secure.writable).catch(() => {});
  secure.abort("closed-by-us");
  await secure.closed;
}

/** The client. */
async function echoesUnderTls(socket: Socket): Promise<boolean> {
  const tap = new Tap(socket);
  tap.write("starttls");
  await new Promise((resolve) => tap.once("data", resolve));
  tap.pause();
  tap.firstOctet = undefined;
  const secure = tls.connect({ socket: tap, rejectUnauthorized: false });
  secure.end(ECHO);
  let heard = "";
  secure.on("data", (chunk) => heard += chunk.toString());
  secure.on("error", () => {});
  await new Promise((resolve) => secure.once("end", resolve).once("close", resolve));
  return heard === ECHO && tap.firstOctet === HANDSHAKE_RECORD;
}

/** Passes the bytes of a socket on and remembers the first octet that came. */
class Tap extends Duplex {
  firstOctet: number | undefined;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    this.on("error", () => {});
    socket.on("end", () => this.push(null));
    socket.on("close", () => this.destroy());
    socket.on("data", (chunk: Uint8Array) => {
      this.firstOctet ??= chunk[0];
      if (!this.push(chunk)) socket.pause();
    });
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }
}
