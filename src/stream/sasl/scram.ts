import { base64 } from "../../base/mod.ts";
import type { CredentialSource } from "./credentials.ts";
import { digest, equalSecrets, hmac, type ScramHash, xor } from "./digest.ts";
import { decodeUtf8, encodeUtf8 } from "./encoding.ts";
import { type Claim, lookUp } from "./identity.ts";
import { failure, type Mechanism, type SaslFailure, type SaslStep } from "./mechanism.ts";
import { type ClientFinal, type ClientFirst, parseClientFinal, parseClientFirst } from "./scram_message.ts";

/** The one type of channel binding: a hash of the server's certificate (RFC 5929 section 4). */
export const CHANNEL_BINDING_TYPE = "tls-server-end-point";

/** What a SCRAM handshake depends on. */
export interface ScramOptions {
  readonly hash: ScramHash;
  readonly accounts: CredentialSource;
  readonly domain: string;
  /** The server's part of the nonce: unpredictable, printable ASCII without comma. */
  readonly nonce: string;
  /** The data to bind to, in a `-PLUS` mechanism; undefined in the others. */
  readonly channelBinding: Uint8Array | undefined;
  /** Whether a `-PLUS` mechanism was offered too: then a client that believes otherwise was lied to. */
  readonly plusOffered: boolean;
  /**
   * Usernames of clients that have tried, on this stream, to bind to data of a type we do not have: they have seen the
   * offer, and may go on without it. Shared by the handshakes of a stream, which add to it.
   */
  readonly boundOtherwise: Set<string>;
}

/** What has been agreed on once the challenge is out. */
interface Challenged {
  readonly first: ClientFirst;
  readonly claim: Claim;
  /** `server-first-message`. */
  readonly challenge: string;
  /** The client's nonce with the server's behind it. */
  readonly nonce: string;
}

/**
 * SCRAM (RFC 5802 with SHA-1, RFC 7677 with SHA-256), with and without channel binding. The password never
 * crosses, and the server proves that it knows the account too.
 */
export class Scram implements Mechanism {
  readonly #options: ScramOptions;
  #challenged: Challenged | undefined;

  constructor(options: ScramOptions) {
    this.#options = options;
  }

  respond(message: Uint8Array): SaslStep {
    const text = decodeUtf8(message) ?? "";
    return this.#challenged === undefined ? this.#first(text) : this.#final(text, this.#challenged);
  }

  #first(message: string): SaslStep {
    const { accounts, domain, hash } = this.#options;
    const first = parseClientFirst(message);
    if (first === undefined) return failure("malformed-request", "Not a first message of SCRAM");
    const refusal = this.#refuseFlag(first);
    if (refusal !== undefined) return refusal;
    const claim = lookUp(accounts, domain, hash, first.username, first.authzid);
    if ("condition" in claim) return claim;
    const nonce = first.nonce + this.#options.nonce;
    const challenge = `r=${nonce},s=${base64(claim.keys.salt)},i=${claim.keys.iterations}`;
    this.#challenged = { first, claim, challenge, nonce };
    return { kind: "challenge", data: encodeUtf8(challenge) };
  }

  /** RFC 5802 section 6: the flag must fit the mechanism, and must not show that somebody hid our offer. */
  #refuseFlag({ flag, username }: ClientFirst): SaslFailure | undefined {
    const binds = this.#options.channelBinding !== undefined;
    if (typeof flag !== "string") {
      if (!binds) return failure("malformed-request", "Channel binding needs a mechanism that ends in -PLUS");
      if (flag.type === CHANNEL_BINDING_TYPE) return undefined;
      this.#options.boundOtherwise.add(username);
      return failure("malformed-request", `Channel binding is of type ${CHANNEL_BINDING_TYPE} only`);
    }
    if (binds) return failure("malformed-request", "A mechanism that ends in -PLUS needs channel binding");
    if (flag === "y" && this.#options.plusOffered && !this.#options.boundOtherwise.has(username)) {
      return failure("not-authorized", "Channel binding was offered: somebody may have hidden it from you");
    }
    return undefined;
  }

  #final(message: string, challenged: Challenged): SaslStep {
    const final = parseClientFinal(message);
    if (final === undefined) return failure("malformed-request", "Not a final message of SCRAM");
    const { claim, first, nonce, challenge } = challenged;
    if (final.nonce !== nonce) return failure("not-authorized", "The nonce is another");
    if (!this.#isBound(final, first)) return failure("not-authorized", "The channel binding is another");
    const transcript = `${first.bare},${challenge},${final.withoutProof}`;
    if (!this.#isProof(final.proof, claim, transcript)) return failure("not-authorized");
    const signature = hmac(this.#options.hash, claim.keys.serverKey, transcript);
    return { kind: "success", username: claim.username, data: encodeUtf8(`v=${base64(signature)}`) };
  }

  #isBound(final: ClientFinal, first: ClientFirst): boolean {
    const header = encodeUtf8(first.gs2Header);
    const data = this.#options.channelBinding ?? new Uint8Array(0);
    const expected = new Uint8Array(header.length + data.length);
    expected.set(header);
    expected.set(data, header.length);
    return equalSecrets(final.bindingInput, expected);
  }

  /** RFC 5802 section 3: the proof hides the client's key, whose hash is what we keep. */
  #isProof(proof: Uint8Array, claim: Claim, transcript: string): boolean {
    const { hash } = this.#options;
    const clientKey = xor(proof, hmac(hash, claim.keys.storedKey, transcript));
    return equalSecrets(digest(hash, clientKey), claim.keys.storedKey) && claim.known;
  }
}
