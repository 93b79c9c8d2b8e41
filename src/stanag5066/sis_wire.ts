import { type CancelTimer, type Clock, concat, errorText, guard, type Log } from "../base/mod.ts";
import type { Transport } from "../net/mod.ts";
import { encodePrimitive } from "./encode.ts";
import type { ClientPrimitive } from "./primitives.ts";
import { SisClient, type SisClientOptions } from "./sis_client.ts";
import { SisReader } from "./sis_reader.ts";
import { KEEP_ALIVE_ANSWER_MS } from "./sis_timing.ts";
import type { SisPort } from "./sis_types.ts";

/** What waits for the server to take it; with more nothing further is submitted. */
export const BUSY_SIZE_BYTES = 65_536;
/** Time the server gets to close its side once we have closed ours. */
const CLOSE_MS = 5_000;

/** What a wire stands on. */
export interface SisWireOptions {
  /** Connects to the SIS server, usually TCP port 5066; rejects when it cannot. */
  readonly dial: () => Promise<Transport>;
  readonly clock: Clock;
  readonly log: Log;
}

/** The I/O of a SIS client: primitives to octets on a transport and back, one connection at a time. */
export class SisWire implements SisPort {
  readonly #options: SisWireOptions;
  #client: SisClient | undefined;
  /** The call under way; another object when it was given up meanwhile. */
  #call: object | undefined;
  #connection: Connection | undefined;

  constructor(options: SisWireOptions) {
    this.#options = options;
  }

  /** Says whom all of this is for; before anything else. */
  serve(client: SisClient): void {
    this.#client = client;
  }

  get isBusy(): boolean {
    return this.#connection?.isBusy === true;
  }

  connect(): void {
    const call = {};
    this.#call = call;
    this.#options.dial().then(
      (transport) => {
        if (this.#call === call) this.#open(transport);
        else transport.abort("closed-by-us");
      },
      (error) => {
        if (this.#call === call) this.#tell((client) => client.closed(errorText(error)));
      },
    );
  }

  send(primitive: ClientPrimitive): void {
    this.#connection?.send(primitive);
  }

  disconnect(): void {
    this.#call = undefined;
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.close();
  }

  #open(transport: Transport): void {
    const connection = new Connection(transport, this.#options, () => {
      if (this.#connection === connection) this.#tell((client) => client.drained());
    });
    this.#connection = connection;
    void this.#read(connection);
    this.#tell((client) => client.opened());
  }

  async #read(connection: Connection): Promise<void> {
    const reader = new SisReader();
    const isCurrent = () => this.#connection === connection;
    for await (const octets of connection.chunks()) {
      for (const input of reader.push(octets)) {
        if (isCurrent()) this.#tell((client) => client.received(input));
      }
    }
    if (!isCurrent()) return;
    const reason = await connection.lost();
    if (isCurrent()) this.#tell((client) => client.closed(reason));
  }

  #tell(what: (client: SisClient) => void): void {
    const client = this.#client;
    if (client !== undefined) guard(this.#options.log, "SIS event failed", () => what(client));
  }
}

/** A client with the connection that it needs; call `start` on it. */
export function sisClientOver(options: Omit<SisClientOptions, "port"> & SisWireOptions): SisClient {
  const wire = new SisWire(options);
  const client = new SisClient({ ...options, port: wire });
  wire.serve(client);
  return client;
}

/** One connection to the server. */
class Connection {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #onDrained: () => void;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #queue: { readonly primitive: ClientPrimitive; readonly sentMs: number; readonly octets: Uint8Array }[] =
    [];
  #waitingBytes = 0;
  #writing: Promise<void> | undefined;

  constructor(transport: Transport, { clock }: SisWireOptions, onDrained: () => void) {
    this.#transport = transport;
    this.#clock = clock;
    this.#onDrained = onDrained;
    this.#writer = transport.writable.getWriter();
    this.#reader = transport.readable.getReader();
  }

  get isBusy(): boolean {
    return this.#waitingBytes >= BUSY_SIZE_BYTES;
  }

  send(primitive: ClientPrimitive): void {
    const octets = encodePrimitive(primitive);
    this.#queue.push({ primitive, sentMs: this.#clock.monotonicMs(), octets });
    this.#waitingBytes += octets.length;
    this.#writing ??= this.#write();
  }

  /** What comes, until nothing comes any more. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      // When the connection breaks, `lost` says why.
      const next = await this.#reader.read().catch(() => undefined);
      if (next === undefined || next.done) return;
      yield next.value;
    }
  }

  /** The server sends no more: a SIS connection is of no use with one direction. @returns why it ended */
  async lost(): Promise<string> {
    this.#transport.abort("closed-by-peer");
    return await this.#transport.closed;
  }

  /** Closes it in good order: what was sent before leaves, if the server takes it in time. */
  close(): void {
    const cancel: CancelTimer = this.#clock.after(CLOSE_MS, () => this.#transport.abort("closed-by-us"));
    void this.#transport.closed.then(cancel);
    this.#reader.cancel().catch(() => {});
    void (this.#writing ?? Promise.resolve()).then(() => this.#writer.close()).catch(() => {});
  }

  /** Writes until nothing waits: what one turn sends goes in one piece. When writing fails, reading says why. */
  async #write(): Promise<void> {
    await Promise.resolve();
    try {
      while (this.#queue.length > 0) {
        const octets = this.#take();
        if (octets.length > 0) await this.#writer.write(octets);
        this.#taken(octets.length);
      }
    } catch {
      this.#queue = [];
    } finally {
      this.#writing = undefined;
    }
  }

  #take(): Uint8Array {
    const queue = this.#queue;
    this.#queue = [];
    const oldestMs = this.#clock.monotonicMs() - KEEP_ALIVE_ANSWER_MS;
    const isStale = ({ primitive, sentMs }: (typeof queue)[number]) =>
      primitive.kind === "keepAlive" && sentMs < oldestMs;
    for (const one of queue) if (isStale(one)) this.#waitingBytes -= one.octets.length;
    return concat(queue.filter((one) => !isStale(one)).map(({ octets }) => octets));
  }

  #taken(sizeBytes: number): void {
    const wasBusy = this.isBusy;
    this.#waitingBytes -= sizeBytes;
    if (wasBusy && !this.isBusy) this.#onDrained();
  }
}
