import { type CancelTimer, type Clock, type CloseReason, errorText, type Log } from "../base/mod.ts";
import { compressed, type Transport } from "../net/mod.ts";
import type { StreamError } from "../stanza/mod.ts";
import { type PresetInput, type PresetOutput, PresetStream, streamErrorText } from "../stream/mod.ts";
import type { Element, XmlLimits } from "../xml/mod.ts";
import { counted } from "./counted.ts";
import { Pacer } from "./pacer.ts";
import type { TcpCarrierConfig } from "./peer_config.ts";
import { RecentText } from "./recent_text.ts";
import type { Tally } from "./tally.ts";

/** Time the far side gets to close its side once we have closed ours. */
const CLOSE_MS = 30_000;

/** What a connection tells its peer. */
export interface ConnectionEvents {
  /** A message, presence or IQ has come; its addresses are not yet checked. */
  stanza(element: Element): void;
  /** Nothing can be sent any more; what was handed over may still leave. */
  ending(): void;
  /** Both directions have ended; a `send` that has not resolved by now was in vain. Comes once, after `ending`. */
  ended(reason: CloseReason): void;
}

/** What a connection stands on. */
export interface ConnectionOptions {
  readonly peer: string;
  readonly transport: Transport;
  readonly carrier: TcpCarrierConfig;
  readonly compression: "deflate" | "none";
  readonly xmlLimits: XmlLimits;
  readonly tally: Tally;
  readonly clock: Clock;
  readonly log: Log;
}

/** One connection to a peer, whoever opened it: a zero-handshake stream in each direction (XEP-0361). */
export class Connection {
  readonly carrier: TcpCarrierConfig;
  readonly pacer: Pacer;
  readonly openedMs: number;
  readonly #options: ConnectionOptions;
  readonly #events: ConnectionEvents;
  readonly #transport: Transport;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #encoder = new TextEncoder();
  readonly #stream: PresetStream;
  #phase: "open" | "closing" | "closed" = "open";
  #reason: CloseReason | undefined;
  readonly #recent = new RecentText();
  #linkOutBytes = 0;
  #hasSent = false;
  #hasHeard = false;
  #isProven = false;
  #cancelDeadline: CancelTimer | undefined;

  constructor(options: ConnectionOptions, events: ConnectionEvents) {
    this.#options = options;
    this.#events = events;
    this.carrier = options.carrier;
    this.pacer = new Pacer(options.clock, options.carrier.rateBps);
    this.openedMs = options.clock.monotonicMs();
    const link = counted(options.transport, (direction, sizeBytes) => this.#count(direction, sizeBytes));
    const onBad = ({ message }: Error) =>
      options.log.warn("link damaged", { peer: options.peer, error: message });
    this.#transport = options.compression === "deflate" ? compressed(link, { onBad }) : link;
    this.#writer = this.#transport.writable.getWriter();
    this.#stream = new PresetStream(options.xmlLimits);
    void this.#transport.closed.then((reason) => this.#end(reason));
    void this.#read();
  }

  /** Whether stanzas can be sent. */
  get isOpen(): boolean {
    return this.#phase === "open";
  }

  /** The last of what was sent, as far back as the compressor looks. */
  get recentXml(): string {
    return this.#recent.text;
  }

  /** Whether a batch was ever handed over. */
  get hasSent(): boolean {
    return this.#hasSent;
  }

  /** Whether a stanza ever came. */
  get hasHeard(): boolean {
    return this.#hasHeard;
  }

  /** Whether a server is there that speaks our language: a stanza came, or the end of the stream in due form. */
  get isProven(): boolean {
    return this.#isProven;
  }

  /**
   * Sends XML as one batch: compressed and flushed together.
   * @returns the bytes it made on the link, once the carrier has taken them. Rejects, or never resolves, when the
   * connection breaks before
   */
  async send(xml: string): Promise<number> {
    const beforeBytes = this.#linkOutBytes;
    this.#hasSent = true;
    this.#recent.add(xml);
    await this.#write(xml);
    return this.#linkOutBytes - beforeBytes;
  }

  /**
   * Ends the stream in good order. What was handed over before still leaves, if the far side takes it in time.
   * @param graceMs time for all that; counted anew when the connection is being closed already
   */
  close(reason: CloseReason, graceMs = CLOSE_MS): void {
    if (this.#phase === "closing") this.#abortAfter(graceMs);
    else this.#finish(this.#stream.closing(), reason, graceMs);
  }

  /** Ends the stream with an error (RFC 6120 section 4.9.1.1). */
  fail(error: StreamError, reason: CloseReason = "stream-error"): void {
    const { peer, log } = this.#options;
    if (this.isOpen) log.warn("link stream failed", { peer, condition: error.condition, text: error.text });
    this.#finish(streamErrorText(error), reason, CLOSE_MS);
  }

  /** Ends both directions at once. */
  abort(reason: CloseReason): void {
    this.#reason ??= reason;
    this.#enterClosing();
    this.#transport.abort(reason);
  }

  async #read(): Promise<void> {
    const reader = this.#transport.readable.getReader();
    for (;;) {
      // When the transport breaks, `closed` says why.
      const next = await reader.read().catch(() => undefined);
      if (next === undefined) return;
      this.#step(next.done ? { kind: "end" } : { kind: "bytes", bytes: next.value });
      if (next.done) return;
    }
  }

  #step(input: PresetInput): void {
    if (input.kind === "bytes") this.#options.tally.addBytes("raw", "in", input.bytes.length);
    try {
      for (const output of this.#stream.step(input)) this.#take(output);
    } catch (error) {
      this.#options.log.error("link stanza failed", { peer: this.#options.peer, error: errorText(error) });
      this.fail({ condition: "internal-server-error" }, "internal");
    }
  }

  #take(output: PresetOutput): void {
    switch (output.kind) {
      case "stanza":
        this.#hasHeard = true;
        this.#isProven = true;
        return this.#events.stanza(output.element);
      case "peerClosed":
        if (output.reason === "closed-by-peer") this.#isProven = true;
        return this.#finish(this.#stream.closing(), output.reason, CLOSE_MS);
      case "error":
        this.#isProven = true;
        this.#logTheirError(output.error);
        return this.#finish(this.#stream.closing(), "stream-error", CLOSE_MS);
      case "fatal":
        return this.fail(output.error);
    }
  }

  #logTheirError({ condition, text }: StreamError): void {
    this.#options.log.warn("peer ended the link stream", { peer: this.#options.peer, condition, text });
  }

  #finish(lastWords: string, reason: CloseReason, graceMs: number): void {
    if (!this.isOpen) return;
    this.#reason = reason;
    this.#abortAfter(graceMs);
    // Both wait behind the batch that is being sent. When they fail, `closed` says why.
    this.#write(lastWords).catch(() => {});
    this.#writer.close().catch(() => {});
    this.#enterClosing();
  }

  #abortAfter(graceMs: number): void {
    this.#cancelDeadline?.();
    this.#cancelDeadline = this.#options.clock.after(graceMs, () => this.#transport.abort("timeout"));
  }

  #enterClosing(): void {
    if (this.#phase !== "open") return;
    this.#phase = "closing";
    this.#events.ending();
  }

  #end(reason: CloseReason): void {
    this.#cancelDeadline?.();
    this.#enterClosing();
    this.#phase = "closed";
    this.#events.ended(this.#reason ?? reason);
  }

  #write(xml: string): Promise<void> {
    const bytes = this.#encoder.encode(xml);
    this.#options.tally.addBytes("raw", "out", bytes.length);
    return this.#writer.write(bytes);
  }

  #count(direction: "out" | "in", sizeBytes: number): void {
    this.#options.tally.addBytes("link", direction, sizeBytes);
    if (direction === "out") this.#linkOutBytes += sizeBytes;
    else this.#options.tally.noteHeard(this.#options.clock.nowMs());
  }
}
