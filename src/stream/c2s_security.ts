import type { CloseReason } from "../base/mod.ts";
import { Jid, NS, type StreamError } from "../stanza/mod.ts";
import { type Element, xml } from "../xml/mod.ts";
import { type C2sLimits, type C2sOptions, DEFAULT_C2S_LIMITS } from "./c2s_types.ts";
import { MECHANISMS, SaslNegotiation } from "./sasl/mod.ts";

/** What a step of the login leads to. */
export type LoginAnswer =
  | { readonly kind: "continue"; readonly reply: Element }
  | { readonly kind: "loggedIn"; readonly reply: Element; readonly account: Jid }
  /** The stream is to end with `error`, after `reply` if there is one. */
  | {
    readonly kind: "refused";
    readonly reply: Element | undefined;
    readonly error: StreamError;
    readonly reason: CloseReason;
  };

/** How far a client's connection can be trusted: whether nobody can listen, and who the client is. */
export class C2sSecurity {
  readonly #options: C2sOptions;
  readonly #limits: C2sLimits;
  #sasl: SaslNegotiation;
  #confidential: boolean;
  #claimed: Jid | undefined;
  #account: Jid | undefined;
  #failedLogins = 0;

  constructor(options: C2sOptions) {
    this.#options = options;
    this.#limits = options.limits ?? DEFAULT_C2S_LIMITS;
    this.#confidential = options.security !== "plain-with-starttls";
    this.#sasl = this.#newSasl(options.serverEndPoint);
  }

  /** Whether nobody else can read or write on this connection. */
  get confidential(): boolean {
    return this.#confidential;
  }

  /** The bare JID of the client; undefined until it has logged in. */
  get account(): Jid | undefined {
    return this.#account;
  }

  /**
   * What is announced until the client has logged in: STARTTLS, without which nothing goes, or the
   * mechanisms.
   */
  features(): Element[] {
    if (this.#confidential) return this.#sasl.features();
    return [xml("starttls", { xmlns: NS.TLS }, xml("required"))];
  }

  /** TLS is up. */
  secured(serverEndPoint: Uint8Array | undefined): void {
    this.#confidential = true;
    this.#sasl = this.#newSasl(serverEndPoint);
  }

  /**
   * Notes whom the header of a stream names as the client. Only the header of the stream in which the login
   * happens counts, so never one that came in the clear.
   * @returns false when it is not the account that has logged in
   */
  claim(address: Jid | undefined): boolean {
    this.#claimed = address;
    return this.#account === undefined || this.#isClaimed(this.#account);
  }

  /**
   * Takes an element of the SASL namespace.
   * @returns undefined when it is none that a client may send
   */
  authenticate(element: Element): LoginAnswer | undefined {
    const answer = this.#sasl.receive(element);
    switch (answer?.kind) {
      case undefined:
        return undefined;
      case "challenge":
        return { kind: "continue", reply: answer.reply };
      case "failure":
        return this.#failed(answer.reply);
      case "success":
        return this.#succeeded(answer.username, answer.reply);
    }
  }

  #failed(reply: Element): LoginAnswer {
    this.#failedLogins += 1;
    if (this.#failedLogins < this.#limits.failedLogins) return { kind: "continue", reply };
    const text = `Cannot log in: ${this.#failedLogins} attempts failed`;
    return { kind: "refused", reply, error: { condition: "policy-violation", text }, reason: "limit" };
  }

  /** RFC 6120 section 6.4.6: whom the header named must be who logs in. */
  #succeeded(username: string, reply: Element): LoginAnswer {
    const account = Jid.of(`${username}@${this.#options.domain}`);
    if (!this.#isClaimed(account)) {
      return {
        kind: "refused",
        reply: undefined,
        error: { condition: "invalid-from" },
        reason: "stream-error",
      };
    }
    this.#account = account;
    return { kind: "loggedIn", reply, account };
  }

  #isClaimed(account: Jid): boolean {
    return this.#claimed === undefined || this.#claimed.equals(account);
  }

  #newSasl(serverEndPoint: Uint8Array | undefined): SaslNegotiation {
    const { domain, accounts, random, mechanisms } = this.#options;
    return new SaslNegotiation({
      domain,
      accounts,
      random,
      confidential: this.#confidential,
      serverEndPoint,
      permitted: mechanisms ?? MECHANISMS,
    });
  }
}
