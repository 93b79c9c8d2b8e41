const encoder = new TextEncoder();

/** Text on its way to one client: gathered during a turn, written in one piece when the turn ends. */
export class Outbox {
  #parts: string[] = [];
  #queuedChars = 0;
  #inFlightSizeBytes = 0;
  #writer: WritableStreamDefaultWriter<Uint8Array>;
  #lastWrite: Promise<boolean> = Promise.resolve(true);
  /** What becomes of the text that waits for the next flush. */
  #nextWrite: PromiseWithResolvers<boolean> | undefined;

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

  /** Hands everything gathered to the network. For the end of the turn alone: by then all is stored. */
  flush(): void {
    if (this.#parts.length === 0) return;
    const bytes = encoder.encode(this.#parts.join(""));
    this.#parts = [];
    this.#queuedChars = 0;
    this.#inFlightSizeBytes += bytes.length;
    const done = (isTaken: boolean) => {
      this.#inFlightSizeBytes -= bytes.length;
      return isTaken;
    };
    this.#lastWrite = this.#writer.write(bytes).then(() => done(true), () => done(false));
    this.#nextWrite?.resolve(this.#lastWrite);
    this.#nextWrite = undefined;
  }

  /**
   * Waits, without flushing, for everything gathered so far.
   * @returns whether the network has taken it; false when the connection broke before. Never rejects; never
   * resolves when the turn's commit fails, since then nothing is flushed any more
   */
  taken(): Promise<boolean> {
    if (this.#parts.length === 0) return this.#lastWrite;
    this.#nextWrite ??= Promise.withResolvers<boolean>();
    return this.#nextWrite.promise;
  }

  /** Goes on with other streams (STARTTLS). Call when everything was taken. */
  replace(writable: WritableStream<Uint8Array>): void {
    this.#writer = writable.getWriter();
  }

  /** Finishes our sending side once everything gathered so far has been taken. */
  async close(): Promise<void> {
    if (await this.taken()) await this.#writer.close().catch(() => {});
  }
}
