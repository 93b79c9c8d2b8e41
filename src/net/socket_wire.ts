import type { Socket } from "node:net";
import type { CloseReason } from "../base/mod.ts";
import { plainHost } from "./sockets.ts";
import type { RemoteAddress } from "./transport.ts";
import { TransportError, type Wire, type WireEvents } from "./wire.ts";

/** The part of a socket's handle that starts and stops reading from the system. */
interface ReadHandle {
  readStart(): number;
  readStop(): number;
}

/**
 * A wire over a `node:net` or `node:tls` socket made with `allowHalfOpen`. Reads nothing until asked, and from then
 * on answers for every event of the socket, so that none can bring the process down.
 */
export class SocketWire implements Wire {
  readonly remote: RemoteAddress;
  readonly #socket: Socket;
  readonly #carrier: Socket | undefined;
  #events: WireEvents | undefined;
  #pending: ((error: TransportError) => void) | undefined;
  #reason: CloseReason = "lost";
  #paused = true;

  /** @param carrier the socket below, when `socket` is a TLS one */
  constructor(socket: Socket, carrier?: Socket) {
    this.#socket = socket;
    this.#carrier = carrier;
    this.remote = remoteOf(carrier ?? socket);
    socket.pause();
    socket.setNoDelay(true);
    socket.on("error", () => this.#events?.broken());
    socket.on("data", this.#onData);
    socket.on("end", this.#onEnd);
    socket.on("close", this.#onClose);
  }

  start(events: WireEvents): void {
    this.#events = events;
    if (this.#socket.closed) queueMicrotask(this.#onClose);
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    readHandle(this.#carrier)?.readStart();
    this.#socket.resume();
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#settled((done) => this.#socket.write(bytes, done));
  }

  finish(): Promise<void> {
    return this.#settled((done) => this.#socket.end(done));
  }

  destroy(reason: CloseReason): void {
    this.#reason = reason;
    this.#socket.destroy();
  }

  /** Gives the socket away, paused. Nothing that it reads or suffers from now on is reported here. */
  release(): Socket {
    this.#events = undefined;
    this.#socket.pause();
    this.#socket.off("data", this.#onData);
    this.#socket.off("end", this.#onEnd);
    this.#socket.off("close", this.#onClose);
    return this.#socket;
  }

  #onData = (chunk: Uint8Array): void => {
    // A plain view: node's own type differs in what slice() does.
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#events?.data(bytes) === true) return;
    this.#paused = true;
    this.#socket.pause();
    // A paused TLS socket goes on reading and deciphering without any bound; only the socket below can stop that.
    readHandle(this.#carrier)?.readStop();
  };

  #onEnd = (): void => this.#events?.end();

  #onClose = (): void => {
    this.#pending?.(new TransportError(this.#reason));
    this.#events?.freed();
    this.#events = undefined;
  };

  #settled(begin: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#pending = reject;
      begin((error) => {
        this.#pending = undefined;
        if (error) reject(new TransportError(this.#reason));
        else resolve();
      });
    });
  }
}

function remoteOf({ remoteAddress, remotePort }: Socket): RemoteAddress {
  return { host: plainHost(remoteAddress ?? "unknown"), port: remotePort ?? 0 };
}

function readHandle(socket: Socket | undefined): ReadHandle | undefined {
  return (socket as { _handle?: ReadHandle | null } | undefined)?._handle ?? undefined;
}
