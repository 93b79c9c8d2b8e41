import { type CloseReason, randomId, unreachable } from "../base/mod.ts";
import { isStanzaElement, type Jid, NS, type StreamError } from "../stanza/mod.ts";
import { type Element, writeXml, xml, XmlError, type XmlEvent, type XmlLimits } from "../xml/mod.ts";
import { C2sReader } from "./c2s_reader.ts";
import { C2sSecurity } from "./c2s_security.ts";
import { boundReply, judgeStanza, setupError, setupFeatures } from "./c2s_setup.ts";
import {
  type C2sInput,
  type C2sLimits,
  type C2sOptions,
  type C2sOutput,
  type C2sPhase,
  DEFAULT_C2S_LIMITS,
} from "./c2s_types.ts";
import { checkHeader, claimedAddress, responseHeader, type StreamHeader } from "./header.ts";
import { CLOSING_TAG, isStreamError, readStreamError, streamErrorText } from "./stream_error.ts";

/** Characters of a stream id; 6 random bits each. */
const STREAM_ID_LENGTH = 22;

/**
 * The server's side of a client's stream (RFC 6120), without I/O: what comes in is given to `step`, and what
 * it returns is to be done. Same inputs and same random octets, same outputs, however the bytes are cut.
 *
 * A connection carries up to three streams, one after the other: before TLS, before login, and for the rest.
 */
export class C2sStream {
  readonly #options: C2sOptions;
  readonly #limits: C2sLimits;
  readonly #reader: C2sReader;
  readonly #security: C2sSecurity;
  #phase: C2sPhase = "opening";
  /** Whether our header of the present stream is out. */
  #headerSent = false;
  #everOpened = false;
  #isBound = false;
  /** The `id` of the request to bind that waits for its answer. */
  #bindId = "";
  /** What came in the same chunk behind a request to bind. */
  #heldBack: (XmlEvent | XmlError)[] = [];
  #closeReason: CloseReason = "closed-by-us";
  #out: C2sOutput[] = [];

  constructor(options: C2sOptions) {
    this.#options = options;
    this.#limits = options.limits ?? DEFAULT_C2S_LIMITS;
    this.#reader = new C2sReader(this.#limits.unauthenticated, this.#limits.unauthenticatedSizeBytes);
    this.#security = new C2sSecurity(options);
  }

  /** How far the stream has come. */
  get phase(): C2sPhase {
    return this.#phase;
  }

  /** The bare JID of the client; undefined until it has logged in. */
  get account(): Jid | undefined {
    return this.#security.account;
  }

  /**
   * Takes what happened.
   * @throws {Error} for an answer to a question that was not asked: a mistake of the owner
   */
  step(input: C2sInput): C2sOutput[] {
    this.#out = [];
    switch (input.kind) {
      case "bytes":
        this.#receive(input.bytes);
        break;
      case "secured":
        this.#secured(input.serverEndPoint);
        break;
      case "bound":
        this.#answerBind("bound", boundReply(this.#bindId, input.jid));
        break;
      case "bindFailed":
        this.#answerBind("negotiating", setupError(this.#bindId, input.error));
        break;
      case "timeout":
        this.#fail({ condition: "connection-timeout" }, "timeout");
        break;
      case "end":
        this.#end();
        break;
      default:
        unreachable(input);
    }
    return this.#out;
  }

  /**
   * Ends the stream from our side: with an error at once, without one in good order, which leaves the client
   * its turn to close (phase `closing`; feed `timeout` when it does not).
   */
  closeWith(error: StreamError | undefined, reason: CloseReason): C2sOutput[] {
    this.#out = [];
    if (error !== undefined) {
      this.#fail(error, reason);
    } else if (!this.#headerSent || this.#phase === "securing") {
      this.#finish(reason);
    } else if (this.#phase !== "closing" && this.#phase !== "closed") {
      this.#send(CLOSING_TAG);
      this.#phase = "closing";
      this.#closeReason = reason;
    }
    return this.#out;
  }

  #receive(bytes: Uint8Array): void {
    if (this.#phase === "binding") throw new Error("Cannot take bytes: the request to bind was not answered");
    let rest = bytes;
    while (rest.length > 0 && this.#phase !== "securing" && this.#phase !== "closed") rest = this.#read(rest);
  }

  /** @returns what belongs to the next stream */
  #read(bytes: Uint8Array): Uint8Array {
    try {
      return this.#reader.read(bytes, this.#handle);
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
      this.#handle(error);
      return bytes.subarray(bytes.length);
    }
  }

  readonly #handle = (what: XmlEvent | XmlError): void => {
    if (this.#phase === "closed") return;
    if (this.#phase === "binding") {
      this.#heldBack.push(what);
      return;
    }
    if (what instanceof XmlError) return this.#unreadable(what);
    switch (what.kind) {
      case "open":
        return this.#open(what);
      case "element":
        return this.#take(what.element);
      case "close":
        return this.#peerClosed();
    }
  };

  #unreadable({ condition, message }: XmlError): void {
    this.#fail({ condition, text: message }, condition === "policy-violation" ? "limit" : "stream-error");
  }

  #open(header: StreamHeader): void {
    const claimed = claimedAddress(header);
    this.#sendHeader(claimed);
    const error = checkHeader(header, this.#options.domain);
    if (error !== undefined) return this.#fail(error);
    if (!this.#security.claim(claimed)) return this.#fail({ condition: "invalid-from" });
    this.#send(`<stream:features>${this.#features().map(writeXml).join("")}</stream:features>`);
    this.#phase = "negotiating";
  }

  #features(): Element[] {
    if (this.account === undefined) return this.#security.features();
    return [...setupFeatures(), ...this.#options.features ?? []];
  }

  /** A child of the stream. */
  #take(element: Element): void {
    if (isStanzaElement(element)) return this.#takeStanza(element);
    if (this.#phase === "closing") return;
    if (isStreamError(element)) return this.#peerFailed(readStreamError(element));
    if (this.account !== undefined) return this.#unsupported();
    if (element.is("starttls", NS.TLS)) return this.#startTls();
    if (element.attrs.xmlns === NS.SASL) return this.#authenticate(element);
    this.#unsupported();
  }

  #takeStanza(element: Element): void {
    // After our closing tag, what a bound client had under way still counts (RFC 6120 section 4.4).
    if (this.#phase === "closing" && !this.#isBound) return;
    const { account } = this;
    if (account === undefined) return this.#fail({ condition: "not-authorized" });
    const verdict = judgeStanza(element, account, this.#isBound);
    switch (verdict.kind) {
      case "pass":
        this.#out.push({ kind: "stanza", element });
        return;
      case "bind":
        this.#bindId = verdict.id;
        this.#phase = "binding";
        this.#out.push({ kind: "bind", account, resource: verdict.resource });
        return;
      case "answer":
        return this.#reply(verdict.reply);
      case "refuse":
        return this.#fail({ condition: "not-authorized" });
    }
  }

  #startTls(): void {
    if (this.#security.confidential) {
      // RFC 6120 section 5.4.2.2: a failure ends the stream.
      this.#send(writeXml(xml("failure", { xmlns: NS.TLS })) + CLOSING_TAG);
      return this.#finish("tls-failed");
    }
    this.#send(writeXml(xml("proceed", { xmlns: NS.TLS })));
    this.#out.push({ kind: "startTls" });
    // What stands behind the request came in the clear, from anybody: in this phase nothing is read.
    this.#restart("securing", this.#limits.unauthenticated);
  }

  #secured(serverEndPoint: Uint8Array | undefined): void {
    if (this.#phase === "closed") return;
    if (this.#phase !== "securing") throw new Error(`Cannot be secured: the stream is ${this.#phase}`);
    this.#security.secured(serverEndPoint);
    this.#phase = "opening";
  }

  #authenticate(element: Element): void {
    const answer = this.#security.authenticate(element);
    if (answer === undefined) return this.#unsupported();
    if (answer.reply !== undefined) this.#reply(answer.reply);
    switch (answer.kind) {
      case "continue":
        return;
      case "refused":
        return this.#fail(answer.error, answer.reason);
      case "loggedIn":
        this.#restart("opening", this.#limits.authenticated);
        return this.#reader.trust();
    }
  }

  #answerBind(phase: "bound" | "negotiating", reply: Element): void {
    if (this.#phase === "closing" || this.#phase === "closed") return;
    if (this.#phase !== "binding") {
      throw new Error(`Cannot answer a request to bind: the stream is ${this.#phase}`);
    }
    this.#phase = phase;
    this.#isBound = phase === "bound";
    this.#reply(reply);
    const heldBack = this.#heldBack;
    this.#heldBack = [];
    heldBack.forEach(this.#handle);
  }

  #peerClosed(): void {
    if (this.#phase === "closing") return this.#finish(this.#closeReason);
    this.#send(CLOSING_TAG);
    this.#finish("closed-by-peer");
  }

  #peerFailed(error: StreamError): void {
    this.#send(CLOSING_TAG);
    this.#finish("stream-error", error);
  }

  #end(): void {
    if (this.#phase === "closing") return this.#finish(this.#closeReason);
    if (this.#headerSent && this.#phase !== "closed") this.#send(CLOSING_TAG);
    this.#finish(this.#everOpened ? "lost" : "closed-by-peer");
  }

  #unsupported(): void {
    this.#fail({ condition: "unsupported-stanza-type" });
  }

  /** The next byte read will belong to a new stream (RFC 6120 section 4.3.3). */
  #restart(phase: "opening" | "securing", limits: XmlLimits): void {
    this.#phase = phase;
    this.#headerSent = false;
    this.#reader.restart(limits);
  }

  /**
   * Sends an error, behind our header if that is still owed (RFC 6120 section 4.9.1.2), and ends the stream.
   */
  #fail(error: StreamError, reason: CloseReason = "stream-error"): void {
    if (this.#phase === "closed") return;
    if (this.#phase === "closing") return this.#finish(this.#closeReason);
    if (this.#phase !== "securing") {
      if (!this.#headerSent) this.#sendHeader(undefined);
      this.#send(streamErrorText(error));
    }
    this.#finish(reason, error);
  }

  #finish(reason: CloseReason, error?: StreamError): void {
    if (this.#phase === "closed") return;
    this.#phase = "closed";
    this.#reader.stop();
    this.#out.push(error === undefined ? { kind: "close", reason } : { kind: "close", reason, error });
  }

  #sendHeader(to: Jid | undefined): void {
    const { domain, random } = this.#options;
    this.#send(responseHeader(domain, randomId(random, STREAM_ID_LENGTH), to));
    this.#headerSent = true;
    this.#everOpened = true;
  }

  #reply(element: Element): void {
    // Nothing may follow our closing tag.
    if (this.#phase !== "closing") this.#send(writeXml(element));
  }

  #send(text: string): void {
    this.#out.push({ kind: "send", text });
  }
}
