import type { CloseReason } from "../base/mod.ts";
import { plainHost } from "./sockets.ts";
import type { RemoteAddress } from "./transport.ts";
import { TransportError, type Wire, type WireEvents } from "./wire.ts";

/** Small while idle, because every connection holds one; large while data pours in. */
const IDLE_READ_BYTES = 2 * 1024;
const BUSY_READ_BYTES = 32 * 1024;

/** A wire over a connection of Deno's own API: for versions where `node:net` is not yet fit for servers. */
export class ConnWire implements Wire {
  readonly remote: RemoteAddress;
  readonly #conn: Deno.Conn;
  readonly #afterwards: (reason: CloseReason) => Promise<void>;
  #events: WireEvents | undefined;
  #reason: CloseReason | undefined;
  #freed = false;
  #wanted = false;
  #reading: Promise<void> | undefined;
  #failWrite: ((error: TransportError) => void) | undefined;

  /**
   * @param remote where the other end really is, when `conn` leads to it through this machine
   * @param afterwards what else there is to do once `conn` is closed, and before the wire counts as freed
   */
  constructor(
    conn: Deno.Conn,
    remote: RemoteAddress = remoteOf(conn),
    afterwards: (reason: CloseReason) => Promise<void> = () => Promise.resolve(),
  ) {
    this.#conn = conn;
    this.remote = remote;
    this.#afterwards = afterwards;
  }

  start(events: WireEvents): void {
    this.#events = events;
    if (this.#freed) queueMicrotask(() => events.freed());
  }

  resume(): void {
    this.#wanted = true;
    this.#reading ??= this.#read();
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#settled(async () => {
      for (let done = 0; done < bytes.length;) done += await this.#conn.write(bytes.subarray(done));
    });
  }

  finish(): Promise<void> {
    return this.#settled(() => this.#conn.closeWrite());
  }

  destroy(reason: CloseReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#conn.close();
    // Some versions leave a read or a write that waits for the peer waiting even then, so nobody waits for those.
    this.#failWrite?.(new TransportError(reason));
    this.#afterwards(reason).then(() => {
      this.#freed = true;
      this.#events?.freed();
    });
  }

  async #read(): Promise<void> {
    let sizeBytes = IDLE_READ_BYTES;
    try {
      while (this.#wanted) {
        const buffer = new Uint8Array(sizeBytes);
        const count = await this.#conn.read(buffer);
        if (count === null) return this.#events?.end();
        this.#wanted = this.#events?.data(buffer.subarray(0, count)) === true;
        sizeBytes = count === sizeBytes ? BUSY_READ_BYTES : IDLE_READ_BYTES;
      }
      this.#reading = undefined;
    } catch {
      this.#break();
    }
  }

  #settled(run: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#failWrite = reject;
      run().then(resolve, () => {
        reject(new TransportError(this.#reason ?? "lost"));
        this.#break();
      });
    });
  }

  #break(): void {
    if (this.#reason !== undefined) return;
    this.#events?.broken();
    this.destroy("lost");
  }
}

function remoteOf(conn: Deno.Conn): RemoteAddress {
  if (conn.remoteAddr.transport !== "tcp") return { host: "unknown", port: 0 };
  const { hostname, port } = conn.remoteAddr;
  return { host: plainHost(hostname), port };
}
