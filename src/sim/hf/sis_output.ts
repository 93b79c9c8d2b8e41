import type { Transport } from "../../net/mod.ts";

/** Most octets that wait for a client that does not read; then its connection is broken. */
export const MAX_UNREAD_BYTES = 4 * 1_024 * 1_024;

/** The writing side of a connection: takes octets at any time, writes them in order, and is bounded. */
export class SisOutput {
  readonly #transport: Transport;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #writing = false;
  #over = false;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.#writer = transport.writable.getWriter();
    this.#writer.closed.catch(() => {});
  }

  write(octets: Uint8Array): void {
    if (this.#over) return;
    this.#waiting.push(octets);
    this.#waitingBytes += octets.length;
    if (this.#waitingBytes > MAX_UNREAD_BYTES) return this.abort();
    if (!this.#writing) void this.#pump();
  }

  /** Breaks the connection. */
  abort(): void {
    this.#over = true;
    this.#waiting = [];
    this.#transport.abort("closed-by-us");
  }

  /** Ends our side when all is written. */
  close(): void {
    if (this.#over) return;
    this.#over = true;
    if (!this.#writing) void this.#pump();
  }

  async #pump(): Promise<void> {
    this.#writing = true;
    try {
      for (let octets = this.#waiting.shift(); octets !== undefined; octets = this.#waiting.shift()) {
        await this.#writer.write(octets);
        this.#waitingBytes -= octets.length;
      }
      if (this.#over) await this.#writer.close();
    } catch {
      // The connection has broken; its reader sees it too.
      this.#over = true;
    }
    this.#writing = false;
  }
}
