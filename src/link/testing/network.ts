import type { Clock, CloseReason } from "../../base/mod.ts";
import {
  ConnectError,
  type Endpoint,
  type Listener,
  type Network,
  type RemoteAddress,
  type Transport,
} from "../../net/mod.ts";

/**
 * One carrier of the network: all that goes to one port.
 *
 * - `good`: what is written arrives.
 * - `cut`: nobody gets through.
 * - `hole`: calls are taken and everything is swallowed, without a word. A connection of which something was swallowed
 *   stays deaf, as a TCP connection whose octets are missing.
 */
export class TestWay {
  state: "good" | "cut" | "hole" = "good";
  /** What it bears, one direction, behind a buffer without end; undefined: without limit. */
  rateBps: number | undefined;
}

/** A network in memory whose connections can be held up, cut and read along one by one. */
export class TestNetwork {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #listening = new Map<string, (transport: Transport) => void>();
  readonly #ways = new Map<number, TestWay>();
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

  /** The carrier that all connections to a port share. */
  way(port: number): TestWay {
    const way = this.#ways.get(port) ?? new TestWay();
    this.#ways.set(port, way);
    return way;
  }

  /** Breaks one carrier: calls fail until its state is set again. */
  cutWay(port: number): void {
    this.way(port).state = "cut";
    for (const connection of this.open) if (connection.way === this.way(port)) connection.cut();
  }

  /**
   * The machine at `host` is gone: nobody listens there.
   * @param isSilent whether the others do not hear of it, as when the power fails
   */
  crash(host: string, isSilent: boolean): void {
    for (const key of [...this.#listening.keys()]) {
      if (key.startsWith(`${host}:`)) this.#listening.delete(key);
    }
    for (const { caller, called } of this.open) {
      if (caller.remote.host !== host && called.remote.host !== host) continue;
      const [gone, left] = called.remote.host === host ? [caller, called] : [called, caller];
      if (isSilent) left.isDeaf = true;
      gone.isDeaf ||= isSilent;
      gone.abort("lost");
    }
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
    const way = this.way(to.port);
    if (way.state === "cut") throw new ConnectError("unreachable", `Cannot reach ${key}: it is cut off`);
    if (accept === undefined && way.state !== "hole") {
      throw new ConnectError("refused", `Cannot reach ${key}: nobody listens there`);
    }
    const connection = new TestConnection(this.#clock, this.#delayMs, { host, port: 1 }, to, way);
    this.connections.push(connection);
    void this.#pass(this.#delayMs).then(() => {
      if (way.state !== "hole") {
        // Who listened has gone meanwhile.
        if (accept === undefined || this.#listening.get(key) !== accept) {
          return connection.called.abort("lost");
        }
        return accept(connection.called);
      }
      connection.caller.isDeaf = true;
      connection.called.isOver = true;
    });
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
  readonly way: TestWay;

  constructor(clock: Clock, delayMs: number, caller: RemoteAddress, called: RemoteAddress, way: TestWay) {
    this.way = way;
    this.caller = new TestEnd(clock, delayMs, called, way);
    this.called = new TestEnd(clock, delayMs, caller, way);
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
  /** Once set, nothing that is written or ended here reaches the other end. */
  isDeaf = false;
  other: TestEnd | undefined;
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #resolveClosed: (reason: CloseReason) => void;
  #input: ReadableStreamDefaultController<Uint8Array> | undefined;
  #output: WritableStreamDefaultController | undefined;
  #first: CloseReason | undefined;
  #hasSentAll = false;
  #hasReceivedAll = false;
  readonly #way: TestWay;
  /** When the last octet written here will have crossed; monotonic. */
  #freeMs = 0;

  constructor(clock: Clock, delayMs: number, remote: RemoteAddress, way: TestWay) {
    const { promise, resolve } = Promise.withResolvers<CloseReason>();
    this.#clock = clock;
    this.#delayMs = delayMs;
    this.remote = remote;
    this.#way = way;
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
    if (this.#reaches()) this.#clock.after(this.#delayMs, () => this.other?.abort("lost"));
  }

  #write(bytes: Uint8Array): Promise<void> | void {
    this.written.push(bytes.slice());
    if (this.isHeld) return new Promise(() => {});
    if (!this.#reaches()) return;
    const { rateBps } = this.#way;
    const airtimeMs = rateBps === undefined ? 0 : bytes.length * 8_000 / rateBps;
    this.#freeMs = Math.max(this.#freeMs, this.#clock.monotonicMs()) + airtimeMs;
    this.#clock.after(this.backlogMs + this.#delayMs, () => this.other?.receive(bytes));
  }

  /** How long what was written here will still be on the air. */
  get backlogMs(): number {
    return Math.max(0, this.#freeMs - this.#clock.monotonicMs());
  }

  /** Octets that were written here. */
  get sizeBytes(): number {
    return this.written.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  #reaches(): boolean {
    this.isDeaf ||= this.#way.state === "hole";
    return !this.isDeaf;
  }

  #close(): void {
    this.#hasSentAll = true;
    this.#first ??= "closed-by-us";
    if (this.#reaches()) {
      this.#clock.after(this.backlogMs + this.#delayMs, () => this.other?.receiveEnd());
    }
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
