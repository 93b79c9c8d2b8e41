import { base64, randomId, type RandomSource } from "../../base/mod.ts";
import { NS } from "../../stanza/mod.ts";
import { type Element, xml } from "../../xml/mod.ts";
import type { CredentialSource } from "./credentials.ts";
import { decodeBase64 } from "./encoding.ts";
import { failure, type Mechanism, type MechanismName, MECHANISMS, type SaslStep } from "./mechanism.ts";
import { Plain } from "./plain.ts";
import { CHANNEL_BINDING_TYPE, Scram } from "./scram.ts";

/** Characters of the server's part of a SCRAM nonce; 6 random bits each. */
const NONCE_LENGTH = 24;

/** What the negotiation of one stream depends on. */
export interface SaslOptions {
  /** The domain served, prepared. */
  readonly domain: string;
  readonly accounts: CredentialSource;
  readonly random: RandomSource;
  /**
   * Whether nobody can listen. When not, nothing is offered, and every attempt ends in `encryption-required`.
   */
  readonly confidential: boolean;
  /** Data of type `tls-server-end-point` (RFC 5929 section 4); undefined where there is none. */
  readonly serverEndPoint: Uint8Array | undefined;
  /** The mechanisms that the policy of the server permits; the others end in `mechanism-too-weak`. */
  readonly permitted: readonly MechanismName[];
}

/** What is answered to an element of the client. */
export type SaslAnswer =
  | { readonly kind: "challenge" | "failure"; readonly reply: Element }
  /** `username` is the localpart of the account, prepared. */
  | { readonly kind: "success"; readonly reply: Element; readonly username: string };

/**
 * The server's side of SASL on one stream (RFC 6120 section 6): one handshake after the other until one
 * succeeds.
 */
export class SaslNegotiation {
  /** The mechanisms to offer, the strongest first. */
  readonly offered: readonly MechanismName[];
  readonly #options: SaslOptions;
  #mechanism: Mechanism | undefined;
  /** Who has tried `-PLUS` with a type of channel binding that we do not have. */
  readonly #boundOtherwise = new Set<string>();

  constructor(options: SaslOptions) {
    this.#options = options;
    this.offered = options.confidential
      ? MECHANISMS.filter((name) => this.#isAvailable(name) && options.permitted.includes(name))
      : [];
  }

  /** What to announce among the features of the stream (RFC 6120 section 6.3.3, XEP-0440). */
  features(): Element[] {
    if (this.offered.length === 0) return [];
    const mechanisms = this.offered.map((name) => xml("mechanism", {}, name));
    const features = [xml("mechanisms", { xmlns: NS.SASL }, ...mechanisms)];
    if (this.#offersPlus) {
      const type = xml("channel-binding", { type: CHANNEL_BINDING_TYPE });
      features.push(xml("sasl-channel-binding", { xmlns: NS.SASL_CHANNEL_BINDING }, type));
    }
    return features;
  }

  /**
   * Takes an element of the SASL namespace.
   * @returns undefined when it is none that a client may send
   */
  receive(element: Element): SaslAnswer | undefined {
    switch (element.name) {
      case "auth":
        return this.#answer(this.#start(element));
      case "response":
        return this.#answer(this.#respond(element));
      case "abort":
        return this.#answer(failure("aborted"));
      default:
        return undefined;
    }
  }

  /** Channel binding needs something to bind to. */
  #isAvailable(name: MechanismName): boolean {
    return this.#options.serverEndPoint !== undefined || !name.endsWith("-PLUS");
  }

  get #offersPlus(): boolean {
    return this.offered.some((name) => name.endsWith("-PLUS"));
  }

  /** Begins a handshake, which replaces one that is under way (RFC 6120 section 6.4.2). */
  #start(auth: Element): SaslStep {
    const wanted = auth.attrs.mechanism;
    const name = MECHANISMS.find((known) => known === wanted);
    if (!this.#options.confidential) return failure("encryption-required");
    if (name === undefined || !this.#isAvailable(name)) return failure("invalid-mechanism");
    if (!this.offered.includes(name)) return failure("mechanism-too-weak");
    this.#mechanism = this.#make(name);
    // All mechanisms here begin with the client: without an initial response it is asked for one by an empty
    // challenge (RFC 4422 section 5).
    if (auth.children.length === 0) return { kind: "challenge", data: new Uint8Array(0) };
    return this.#respond(auth);
  }

  #make(name: MechanismName): Mechanism {
    const { accounts, domain, random, serverEndPoint } = this.#options;
    if (name === "PLAIN") return new Plain(accounts, domain);
    return new Scram({
      hash: name.startsWith("SCRAM-SHA-256") ? "sha256" : "sha1",
      accounts,
      domain,
      nonce: randomId(random, NONCE_LENGTH),
      channelBinding: name.endsWith("-PLUS") ? serverEndPoint : undefined,
      plusOffered: this.#offersPlus,
      boundOtherwise: this.#boundOtherwise,
    });
  }

  #respond(element: Element): SaslStep {
    if (this.#mechanism === undefined) return failure("malformed-request", "No handshake is under way");
    if (element.children.some((child) => typeof child !== "string")) return failure("malformed-request");
    const text = element.getText();
    const data = decodeBase64(text === "=" ? "" : text);
    return data === undefined ? failure("incorrect-encoding") : this.#mechanism.respond(data);
  }

  #answer(step: SaslStep): SaslAnswer {
    if (step.kind !== "challenge") this.#mechanism = undefined;
    switch (step.kind) {
      case "challenge":
        return {
          kind: "challenge",
          reply: xml("challenge", { xmlns: NS.SASL }, base64(step.data) || undefined),
        };
      case "success": {
        const data = step.data === undefined ? undefined : base64(step.data) || "=";
        return { kind: "success", reply: xml("success", { xmlns: NS.SASL }, data), username: step.username };
      }
      case "failure": {
        const text = step.text === undefined ? undefined : xml("text", { "xml:lang": "en" }, step.text);
        return { kind: "failure", reply: xml("failure", { xmlns: NS.SASL }, xml(step.condition), text) };
      }
    }
  }
}
