/** Text on its way to one client: gathered during a turn, written in one piece when the turn ends. */
export class Outbox {
  #parts: string[] = [];
  #queuedChars = 0;
  #inFlightSizeBytes = 0;
  #writer: WritableStreamDefaultWriter<Uint8Array>;
  #lastWrite: Promise<void> = Promise.resolve();
  readonly #encoder = new TextEncoder();

  constructor(writable: WritableStream<Uint8Array>) {
    this.#writer = writable.getWriter();
  }

  /** What has not been taken by the network yet; text not yet encoded counts one byte a character. */
  get unsentSizeBytes(): number {
    return this.#queuedChars + this.#inFlightSizeBytes;
  }

  /** @returns true when this is the first text since the last flush: one has to be asked for */
  add(text: string): boolean {
    this.#queuedChars += text.length;
    return this.#parts.push(text) === 1;
  }

  /** Hands everything gathered to the network. The promise never rejects: a broken connection shows in reading. */
  flush(): Promise<void> {
    if (this.#parts.length > 0) {
      const bytes = this.#encoder.encode(this.#parts.join(""));
      this.#parts = [];
      this.#queuedChars = 0;
      this.#inFlightSizeBytes += bytes.length;
      const taken = () => {
        this.#inFlightSizeBytes -= bytes.length;
      };
      this.#lastWrite = this.#writer.write(bytes).then(taken, taken);
    }
    return this.#lastWrite;
  }

  /** Goes on with other streams (STARTTLS). Call when everything was flushed. */
  replace(writable: WritableStream<Uint8Array>): void {
    this.#writer = writable.getWriter();
  }

  /** Finishes our sending side after what was flushed. */
  async close(): Promise<void> {
    await this.#lastWrite;
    await this.#writer.close().catch(() => {});
  }
}
