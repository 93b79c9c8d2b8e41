import type { Clock, CloseReason } from "../../base/mod.ts";
import {
  ConnectError,
  type Endpoint,
  type Listener,
  type Network,
  type RemoteAddress,
  type Transport,
} from "../../net/mod.ts";

/** A network in memory whose connections can be held up, cut and read along one by one. */
export class TestNetwork {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #listening = new Map<string, (transport: Transport) => void>();
  /** Every connection that was made, the oldest first. */
  readonly connections: TestConnection[] = [];
  /** When calls were made, monotonic, successful or not. */
  readonly calls: { readonly to: string; readonly atMs: number }[] = [];
  isUp = true;

  /** @param delayMs on the way, one direction; a call takes two of them, and is accepted after three */
  constructor(clock: Clock, delayMs = 0) {
    this.#clock = clock;
    this.#delayMs = delayMs;
  }

  /** Connections that have not ended. */
  get open(): TestConnection[] {
    return this.connections.filter((connection) => !connection.isOver);
  }

  /** The network as the machine at `host` sees it. */
  from(host: string): Network {
    const none = () => Promise.reject(new Error("Cannot do that: links only"));
    return {
      listenTcp: none,
      listenTls: none,
      listenLink: (at, _tls, onTransport) => this.#listen(at, onTransport),
      connectLink: (to) => this.call(host, to),
    };
  }

  /** Breaks everything, and lets no call through until `isUp` is set again. */
  cut(): void {
    this.isUp = false;
    for (const connection of this.open) connection.cut();
  }

  /** Calls `to` from `host`. */
  async call(host: string, to: Endpoint): Promise<Transport> {
    const key = `${to.host}:${to.port}`;
    this.calls.push({ to: key, atMs: this.#clock.monotonicMs() });
    await this.#pass(2 * this.#delayMs);
    const accept = this.#listening.get(key);
    if (!this.isUp) throw new ConnectError("unreachable", `Cannot reach ${key}: the network is down`);
    if (accept === undefined) throw new ConnectError("refused", `Cannot reach ${key}: nobody listens there`);
    const connection = new TestConnection(this.#clock, this.#delayMs, { host, port: 1 }, to);
    this.connections.push(connection);
    void this.#pass(this.#delayMs).then(() => accept(connection.called));
    return connection.caller;
  }

  #listen(at: Endpoint, accept: (transport: Transport) => void): Promise<Listener> {
    const key = `${at.host}:${at.port}`;
    if (this.#listening.has(key)) return Promise.reject(new Error(`Cannot listen on ${key}: address in use`));
    this.#listening.set(key, accept);
    const close = () => {
      this.#listening.delete(key);
      return Promise.resolve();
    };
    return Promise.resolve({ local: at, close });
  }

  #pass(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.after(delayMs, resolve));
  }
}

/** One connection, with the ends of who called and of who was called. */
export class TestConnection {
  readonly caller: TestEnd;
  readonly called: TestEnd;

  constructor(clock: Clock, delayMs: number, caller: RemoteAddress, called: RemoteAddress) {
    this.caller = new TestEnd(clock, delayMs, called);
    this.called = new TestEnd(clock, delayMs, caller);
    this.caller.other = this.called;
    this.called.other = this.caller;
  }

  get isOver(): boolean {
    return this.caller.isOver && this.called.isOver;
  }

  /** Breaks both ends now; what is on its way is lost. */
  cut(): void {
    this.caller.abort("lost");
    this.called.abort("lost");
  }
}

/** One end of a connection. */
export class TestEnd implements Transport {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly closed: Promise<CloseReason>;
  readonly remote: RemoteAddress;
  /** What was written here, write by write. */
  readonly written: Uint8Array[] = [];
  /** While set, writes are noted, but neither taken nor delivered. */
  isHeld = false;
  isOver = false;
  other: TestEnd | undefined;
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #resolveClosed: (reason: CloseReason) => void;
  #input: ReadableStreamDefaultController<Uint8Array> | undefined;
  #output: WritableStreamDefaultController | undefined;
  #first: CloseReason | undefined;
  #hasSentAll = false;
  #hasReceivedAll = false;

  constructor(clock: Clock, delayMs: number, remote: RemoteAddress) {
    const { promise, resolve } = Promise.withResolvers<CloseReason>();
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.remote = remote;
    this.closed = promise;
    this.#resolveClosed = resolve;
    this.readable = new ReadableStream({ start: (controller) => void (this.#input = controller) });
    this.writable = new WritableStream({
      start: (controller) => void (this.#output = controller),
      write: (bytes) => this.#write(bytes),
      close: () => this.#close(),
    });
  }

  /** What was written here as text. */
  get text(): string {
    return this.written.map((bytes) => new TextDecoder().decode(bytes)).join("");
  }

  abort(reason: CloseReason): void {
    if (this.isOver) return;
    this.isOver = true;
    const error = new Error(`Cannot go on: ${reason}`);
    if (!this.#hasReceivedAll) this.#input?.error(error);
    this.#output?.error(error);
    this.#resolveClosed(reason);
    this.#clock.after(this.#delayMs, () => this.other?.abort("lost"));
  }

  #write(bytes: Uint8Array): Promise<void> | void {
    this.written.push(bytes.slice());
    if (this.isHeld) return new Promise(() => {});
    this.#clock.after(this.#delayMs, () => this.other?.receive(bytes));
  }

  #close(): void {
    this.#hasSentAll = true;
    this.#first ??= "closed-by-us";
    this.#clock.after(this.#delayMs, () => this.other?.receiveEnd());
    this.#endIfDone();
  }

  receive(bytes: Uint8Array): void {
    if (!this.isOver && !this.#hasReceivedAll) this.#input?.enqueue(bytes);
  }

  receiveEnd(): void {
    if (this.isOver || this.#hasReceivedAll) return;
    this.#hasReceivedAll = true;
    this.#first ??= "closed-by-peer";
    this.#input?.close();
    this.#endIfDone();
  }

  #endIfDone(): void {
    if (this.isOver || !this.#hasSentAll || !this.#hasReceivedAll) return;
    this.isOver = true;
    this.#resolveClosed(this.#first ?? "lost");
  }
}

/** A peer that is no server of ours: writes what a test wants, and keeps what it reads. */
export class RawPeer {
  readonly transport: Transport;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #heard = "";
  #hasEnded = false;

  constructor(transport: Transport) {
    this.transport = transport;
    this.#writer = transport.writable.getWriter();
    void this.#read();
  }

  /** What was read so far, as text. */
  get heard(): string {
    return this.#heard;
  }

  /** Whether the other side has finished sending. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  write(text: string): void {
    this.writeBytes(new TextEncoder().encode(text));
  }

  writeBytes(bytes: Uint8Array): void {
    this.#writer.write(bytes).catch(() => {});
  }

  close(): void {
    this.#writer.close().catch(() => {});
  }

  async #read(): Promise<void> {
    const reader = this.transport.readable.getReader();
    const decoder = new TextDecoder();
    for (;;) {
      const next = await reader.read().catch(() => undefined);
      if (next === undefined) return;
      if (next.done) break;
      this.#heard += decoder.decode(next.value, { stream: true });
    }
    this.#hasEnded = true;
  }
}
