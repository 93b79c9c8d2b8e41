import { XmlError, type XmlEvent, type XmlLimits, XmlParser } from "../xml/mod.ts";

/**
 * Reads the streams that follow each other on one connection (RFC 6120 section 4.3.3), a new parser for each,
 * and bounds what comes before the client is trusted.
 */
export class C2sReader {
  #parser: XmlParser;
  /** Bytes still allowed; no bound once the client is trusted. */
  #allowance: number;
  readonly #budgetBytes: number;

  /** @param budgetBytes what the client may send, in all, before it is trusted */
  constructor(limits: XmlLimits, budgetBytes: number) {
    this.#parser = new XmlParser({ limits });
    this.#budgetBytes = budgetBytes;
    this.#allowance = budgetBytes;
  }

  /** No further event comes from the present stream. */
  stop(): void {
    this.#parser.stop();
  }

  /** Ends the present stream; the next byte belongs to a new one. */
  restart(limits: XmlLimits): void {
    this.#parser.stop();
    this.#parser = new XmlParser({ limits });
  }

  /** Lifts the bound on what may come. */
  trust(): void {
    this.#allowance = Infinity;
  }

  /**
   * @returns what was not read because the stream was stopped or restarted on the way
   * @throws {XmlError} for what is no XML stream, or too much of it
   */
  read(bytes: Uint8Array, onEvent: (event: XmlEvent) => void): Uint8Array {
    const parser = this.#parser;
    const allowed = this.#allowance >= bytes.length ? bytes : bytes.subarray(0, this.#allowance);
    const unread = parser.push(allowed, onEvent).length;
    const rest = bytes.subarray(allowed.length - unread);
    this.#allowance -= bytes.length - rest.length;
    if (allowed.length === bytes.length || parser !== this.#parser) return rest;
    throw new XmlError(
      "policy-violation",
      `Cannot accept more than ${this.#budgetBytes} octets before login`,
    );
  }
}
