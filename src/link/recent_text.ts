/** Text that a compressor can refer to: the window of DEFLATE, in characters, which are no more than its octets. */
const WINDOW_CHARS = 32_768;

/** The last of what was sent on a connection, as far back as its compressor looks. */
export class RecentText {
  #parts: string[] = [];
  #chars = 0;

  add(part: string): void {
    this.#parts.push(part);
    this.#chars += part.length;
    for (let [first] = this.#parts; first !== undefined; [first] = this.#parts) {
      if (this.#chars - first.length < WINDOW_CHARS) break;
      this.#parts.shift();
      this.#chars -= first.length;
    }
  }

  get text(): string {
    return this.#parts.join("");
  }
}
