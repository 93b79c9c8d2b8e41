import { errorReply, type IqTable, resultReply } from "../router/mod.ts";
import { messageType, type Stanza, type StanzaError } from "../stanza/mod.ts";
import { elementsOf } from "../xml/mod.ts";
import { type Action, type Condition, MESSAGE_ACTIONS } from "./delivery_table.ts";
import type { Offline } from "./offline.ts";
import type { ImOptions } from "./options.ts";
import type { Rosters } from "./rosters.ts";
import type { Serial } from "./serial.ts";
import type { Sessions } from "./sessions.ts";
import { seenByContact } from "./subscription_item.ts";
import type { Resource, User } from "./user.ts";

type Options = Pick<ImOptions, "metrics" | "router" | "storage">;

const UNAVAILABLE: StanzaError = { condition: "service-unavailable" };

/** Messages and IQ stanzas to our accounts (RFC 6121 section 8.5). */
export class Delivery {
  readonly #options: Options;
  readonly #sessions: Sessions;
  readonly #rosters: Rosters;
  readonly #offline: Offline;
  readonly #serial: Serial;
  readonly #accountIq: IqTable;

  /** @param accountIq what is answered in an account's name */
  constructor(
    options: Options,
    sessions: Sessions,
    rosters: Rosters,
    offline: Offline,
    serial: Serial,
    accountIq: IqTable,
  ) {
    this.#options = options;
    this.#sessions = sessions;
    this.#rosters = rosters;
    this.#offline = offline;
    this.#serial = serial;
    this.#accountIq = accountIq;
  }

  /** Costs no look-up but by hash, and reads the store only when nobody is there to take the message. */
  message(stanza: Stanza): void {
    const { to } = stanza;
    const user = this.#sessions.user(to.local);
    if (user !== undefined && !to.isBare) {
      const resource = user.resources.get(to.resource);
      if (resource !== undefined && this.#sendToAny([resource], stanza)) return;
    }
    this.#act(stanza, user, this.#condition(to.local, user));
  }

  iq(stanza: Stanza): void {
    if (stanza.to.isBare) this.#iqToAccount(stanza);
    else this.#iqToResource(stanza);
  }

  #condition(username: string, user: User | undefined): Condition {
    if (user === undefined) {
      return this.#options.storage.accounts.has(username) ? "no available resource" : "no account";
    }
    if (user.available.length === 0) return "no available resource";
    return user.willing.length === 0 ? "only negative priorities" : "non-negative priorities";
  }

  #act(stanza: Stanza, user: User | undefined, condition: Condition): void {
    const action = MESSAGE_ACTIONS[condition][stanza.to.isBare ? "bare" : "full"][messageType(stanza)];
    const receivers = this.#receivers(user, action);
    if (receivers !== undefined) {
      if (this.#sendToAny(receivers, stanza)) return;
      // All of them broke just now: their sessions are ending.
      return this.#act(stanza, undefined, "no available resource");
    }
    switch (action) {
      case "store":
        if (!this.#offline.keep(stanza)) this.#refuse(stanza);
        return;
      case "refuse":
        return this.#refuse(stanza);
      default:
        this.#options.metrics.count("halyard_messages_ignored_total", { condition });
    }
  }

  /** Sends a message to all of these resources. @returns whether one of them took it, or will get it */
  #sendToAny(resources: readonly Resource[], stanza: Stanza): boolean {
    let sent = false;
    for (const resource of resources) {
      sent = this.#offline.follows(resource, stanza) || resource.session.send(stanza.element) || sent;
    }
    return sent;
  }

  #receivers(user: User | undefined, action: Action): readonly Resource[] | undefined {
    if (action === "most available") return user?.mostAvailable;
    return action === "all" ? user?.willing : undefined;
  }

  /**
   * The server answers for the account, whether or not it has resources (sections 8.5.2.1.3 and 8.5.2.2.3).
   */
  #iqToAccount(stanza: Stanza): void {
    if (stanza.type !== "get" && stanza.type !== "set") return;
    // What an answer brings about, such as roster pushes, comes after the answer.
    this.#serial.run(() => {
      // What is no request at all is answered like one to nobody, so that it does not tell who has an account.
      const isAnswered = elementsOf(stanza.element).length === 1 && this.#exists(stanza.to.local);
      const answer = isAnswered ? this.#accountIq.answer(stanza) : { error: UNAVAILABLE };
      if ("error" in answer) this.#refuse(stanza, answer.error);
      else this.#options.router.route(resultReply(stanza, answer.result));
    });
  }

  #iqToResource(stanza: Stanza): void {
    const resource = this.#sessions.resource(stanza.to);
    const isReply = stanza.type === "result" || stanza.type === "error";
    if (resource !== undefined && (isReply || this.#sharesPresence(resource, stanza))) {
      if (resource.session.send(stanza.element)) return;
    }
    this.#refuse(stanza);
  }

  /** Strangers must not learn from an answer who is there (section 8.5.3.1). */
  #sharesPresence(resource: Resource, { from }: Stanza): boolean {
    const { bare } = from;
    if (bare.equals(resource.user.jid)) return true;
    return seenByContact(this.#rosters.get(resource.user.username, bare.toString())) ||
      resource.isKnownTo(from) || resource.isKnownTo(bare);
  }

  #exists(username: string): boolean {
    return this.#sessions.user(username) !== undefined || this.#options.storage.accounts.has(username);
  }

  #refuse(stanza: Stanza, error: StanzaError = UNAVAILABLE): void {
    const reply = errorReply(stanza, error);
    if (reply !== undefined) this.#options.router.route(reply);
  }
}
