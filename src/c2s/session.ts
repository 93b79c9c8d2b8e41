import { type CancelTimer, type CloseReason, errorText, guard, unreachable } from "../base/mod.ts";
import type { SecureTransport, Transport, UpgradableTransport } from "../net/mod.ts";
import { type ClientSession, errorReply } from "../router/mod.ts";
import { Jid, stanzaOf, type StreamError } from "../stanza/mod.ts";
import { type C2sInput, type C2sOutput, C2sStream } from "../stream/mod.ts";
import { type Element, writeXml } from "../xml/mod.ts";
import { Outbox } from "./outbox.ts";
import type { C2sContext } from "./service.ts";

/** How a listener protects its connections; decides what the stream offers. */
export type ListenerKind = "starttls" | "tls" | "plaintext";

/** Most bytes that are read and dropped once a stream has ended, so that the client gets to see why. */
const MOST_DROPPED_SIZE_BYTES = 262_144;

/**
 * One client connection: moves bytes between a transport and the stream's protocol core, and stanzas between the
 * core and the services behind it. Decides nothing about XMPP itself.
 */
export class Session implements ClientSession {
  readonly #context: C2sContext;
  readonly #kind: ListenerKind;
  readonly #core: C2sStream;
  readonly #outbox: Outbox;
  #transport: Transport;
  #jid: Jid | undefined;
  #ending: CloseReason | undefined;
  #finished: Promise<void> | undefined;
  #cancelTimeout: CancelTimer;

  constructor(context: C2sContext, kind: ListenerKind, transport: Transport) {
    this.#context = context;
    this.#kind = kind;
    this.#transport = transport;
    this.#outbox = new Outbox(transport.writable);
    const { domain, accounts, random, limits, streamFeatures } = context;
    this.#core = new C2sStream({
      domain,
      accounts,
      random,
      security: kind === "tls" ? "tls" : kind === "plaintext" ? "plain-loopback" : "plain-with-starttls",
      serverEndPoint: kind === "tls" ? (transport as SecureTransport).serverEndPoint : undefined,
      limits: limits.stream,
      features: streamFeatures,
    });
    this.#cancelTimeout = context.clock.after(limits.negotiationMs, () => this.#step({ kind: "timeout" }));
  }

  get jid(): Jid {
    if (this.#jid === undefined) throw new Error("Cannot name a session that is not bound");
    return this.#jid;
  }

  /** Serves the connection until it has ended. Never rejects. */
  async run(): Promise<CloseReason> {
    try {
      await this.#read();
      if (this.#ending === undefined) this.#step({ kind: "end" });
    } catch (error) {
      this.#fail(error);
    }
    this.#ending ??= "closed-by-peer";
    this.#detach();
    await this.#finish();
    this.#transport.abort(this.#ending);
    return this.#ending;
  }

  send(element: Element): boolean {
    if (this.#ending !== undefined) return false;
    const { limits } = this.#context;
    if (this.#outbox.unsentSizeBytes > limits.unsentSizeBytes) {
      this.abort("limit");
      return false;
    }
    this.#write(writeXml(element));
    if (this.#outbox.unsentSizeBytes > limits.highWaterSizeBytes) {
      this.#context.congestion.note(this.#drained);
    }
    return true;
  }

  whenSent(done: () => void): void {
    void this.#outbox.taken().then((isTaken) => {
      if (isTaken && this.#ending === undefined) guard(this.#context.log, "what was sent not noted", done);
    });
  }

  end(error: StreamError, reason: CloseReason): void {
    this.#apply(this.#core.closeWith(error, reason));
  }

  /** Ends the stream in good order because the server stops. */
  shutdown(): void {
    this.end({ condition: "system-shutdown" }, "shutdown");
  }

  /** Ends the connection at once: nothing more may be said to the client. */
  abort(reason: CloseReason): void {
    this.#ending ??= reason;
    this.#transport.abort(reason);
    this.#detach();
  }

  /** Reads until the client has closed its side; what comes once the stream has ended is dropped. */
  async #read(): Promise<void> {
    let reader = this.#transport.readable.getReader();
    let droppedSizeBytes = 0;
    for (;;) {
      const bytes = await this.#next(reader);
      if (bytes === undefined) return;
      if (this.#ending !== undefined) {
        droppedSizeBytes += bytes.length;
        if (droppedSizeBytes <= MOST_DROPPED_SIZE_BYTES) continue;
        // One that goes on and on is not worth the work of dropping it. Cut at once, it might never see our last words.
        await this.#transport.closed;
        return;
      }
      this.#context.congestion.clear();
      const wantsTls = this.#step({ kind: "bytes", bytes });
      const room = this.#context.congestion.wait();
      if (room !== undefined) await room;
      if (!wantsTls) continue;
      const secured = await this.#startTls();
      if (secured === undefined) return;
      reader = secured;
    }
  }

  /** What the client has sent; undefined when it has closed its side, or the connection is lost. */
  async #next(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | undefined> {
    try {
      const { value } = await reader.read();
      return value;
    } catch (error) {
      this.#context.log.debug("client connection broke", { error: errorText(error) });
      this.#ending ??= "lost";
      return undefined;
    }
  }

  /** @returns what to read from now on; undefined when the connection has ended instead */
  async #startTls(): Promise<ReadableStreamDefaultReader<Uint8Array> | undefined> {
    const plain = this.#transport as UpgradableTransport;
    const isSent = await Promise.race([this.#outbox.taken(), plain.closed.then(() => false)]);
    if (!isSent) this.#ending ??= "lost";
    if (this.#ending !== undefined) return undefined;
    const secure = await plain.startTls(this.#context.limits.negotiationMs).catch((error) => {
      const remote = plain.remote.host;
      this.#context.log.info("client tls handshake failed", { remote, error: errorText(error) });
      this.#ending ??= "tls-failed";
    });
    if (secure === undefined) return undefined;
    this.#transport = secure;
    this.#outbox.replace(secure.writable);
    this.#step({ kind: "secured", serverEndPoint: secure.serverEndPoint });
    return secure.readable.getReader();
  }

  /** @returns whether TLS is to be started now */
  #step(input: C2sInput): boolean {
    try {
      return this.#apply(this.#core.step(input));
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  #apply(outputs: readonly C2sOutput[]): boolean {
    let wantsTls = false;
    for (const output of outputs) {
      // A stanza may have ended the stream: nothing may follow our closing tag.
      if (this.#ending !== undefined) return false;
      switch (output.kind) {
        case "stanza":
          this.#receive(output.element);
          break;
        case "send":
          this.#write(output.text);
          break;
        case "bind":
          this.#bind(output.account, output.resource);
          break;
        case "startTls":
          wantsTls = true;
          break;
        case "close":
          this.#close(output);
          break;
        default:
          unreachable(output);
      }
    }
    return wantsTls;
  }

  #bind(account: Jid, wanted: string | undefined): void {
    const { services, log } = this.#context;
    const answer = services.bind(account, wanted);
    if ("error" in answer) {
      this.#step({ kind: "bindFailed", error: answer.error });
      return;
    }
    this.#cancelTimeout();
    this.#jid = answer.jid;
    log.info("client bound", { jid: answer.jid.toString(), listener: this.#kind });
    // Stanzas may stand behind the request in the same chunk: the services know the session before they come.
    services.attach(this);
    this.#step({ kind: "bound", jid: answer.jid });
  }

  #receive(element: Element): void {
    const { services, log, clock } = this.#context;
    if (this.#jid === undefined) return;
    try {
      services.receive(this, element);
    } catch (error) {
      // A bug of ours in handling one stanza must not cost the client its session, nor go unnoticed.
      log.error("stanza not handled", {
        jid: this.#jid.toString(),
        kind: element.name,
        error: errorText(error),
      });
      const to = Jid.parse(element.attrs.to ?? "") ?? this.#jid.bare;
      const stanza = stanzaOf(element, this.#jid, to, { kind: "c2s", name: "" }, clock.nowMs());
      const reply = errorReply(stanza, { condition: "internal-server-error" });
      if (reply !== undefined) this.send(reply.element);
    }
  }

  #write(text: string): void {
    if (this.#outbox.add(text)) this.#context.turn.flush(() => this.#outbox.flush());
  }

  readonly #drained = (): Promise<unknown> | undefined =>
    this.#ending === undefined ? this.#outbox.taken() : undefined;

  /** The stream is over: nothing more is accepted; what was sent before still goes out. */
  #close(output: { reason: CloseReason; error?: StreamError }): void {
    if (this.#ending !== undefined) return;
    this.#ending = output.reason;
    if (output.error !== undefined) {
      const jid = this.#jid?.toString();
      this.#context.log.info("client stream error", {
        condition: output.error.condition,
        text: output.error.text,
        jid,
        remote: this.#transport.remote.host,
      });
      this.#context.metrics.count("halyard_stream_errors_total", { condition: output.error.condition });
    }
    this.#detach();
    // The reading loop may be waiting for bytes that never come: finishing does not depend on it.
    void this.#finish();
  }

  /** A bug of ours: it costs this client its session, and nobody else anything. */
  #fail(error: unknown): void {
    const { log } = this.#context;
    const remote = this.#transport.remote.host;
    log.error("client session failed", { jid: this.#jid?.toString(), remote, error: errorText(error) });
    guard(log, "client not told", () => this.end({ condition: "internal-server-error" }, "internal"));
    this.#ending ??= "internal";
    void this.#finish();
  }

  #detach(): void {
    this.#cancelTimeout();
    const { log, services } = this.#context;
    if (this.#jid !== undefined) guard(log, "client not detached", () => services.detach(this));
  }

  /** Closes our side after what was sent; a client that does not close its own in time is cut off. */
  #finish(): Promise<void> {
    return this.#finished ??= this.#closeSide();
  }

  async #closeSide(): Promise<void> {
    const transport = this.#transport;
    const cancel = this.#context.clock.after(
      this.#context.limits.closeMs,
      () => transport.abort(this.#ending ?? "timeout"),
    );
    void transport.closed.then(cancel);
    await Promise.race([this.#outbox.close(), transport.closed]);
  }
}
