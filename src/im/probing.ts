import { type Stanza, stanzaOf } from "../stanza/mod.ts";
import { type Element, xml } from "../xml/mod.ts";
import type { ImOptions } from "./options.ts";
import type { Contact } from "./contact.ts";
import { LOCAL, withTo } from "./presence_element.ts";
import type { Rosters } from "./rosters.ts";
import type { Sessions } from "./sessions.ts";
import { seesContact } from "./subscription_item.ts";
import type { User } from "./user.ts";
import type { Ways } from "./ways.ts";

type Options = Pick<ImOptions, "clock" | "metrics" | "router">;

/**
 * Probes to remote contacts (RFC 6121 section 4.3): never two at a time to the same contact, whoever wants to
 * know. The answer to a probe is addressed to one account; what is new in it is passed on to the others who
 * may see it.
 */
export class Probing {
  readonly #options: Options;
  readonly #ways: Ways;
  readonly #sessions: Sessions;
  readonly #rosters: Rosters;

  constructor(options: Options, ways: Ways, sessions: Sessions, rosters: Rosters) {
    this.#options = options;
    this.#ways = ways;
    this.#sessions = sessions;
    this.#rosters = rosters;
  }

  /** Whether an answer, or the rest of it, is about to come: no other probe goes out meanwhile. */
  isOutstanding(contact: Contact): boolean {
    const { probe } = contact;
    if (probe === undefined) return false;
    return probe.queued || this.#isWithin(contact, probe.answeredMs ?? probe.sentMs);
  }

  /** Whether presence from the contact may be the answer to a probe, however late. */
  awaits(contact: Contact): boolean {
    const { probe } = contact;
    return probe !== undefined &&
      (probe.answeredMs === undefined || this.#isWithin(contact, probe.answeredMs));
  }

  /**
   * Whether an error is the answer to a probe: it comes from the address that was probed to the one that asked, and
   * has no id, as our probes have none.
   */
  isRefusal({ probe }: Contact, { from, to, id }: Stanza): boolean {
    return probe !== undefined && probe.answeredMs === undefined && probe.prober === to.local &&
      from.isBare && to.isBare && id === "";
  }

  /** An answer has come; others may follow, one for each resource. */
  answered({ probe }: Contact): void {
    if (probe !== undefined) probe.answeredMs ??= this.#options.clock.monotonicMs();
  }

  /** Probes a contact in the name of one of our accounts. */
  ask(contact: Contact, prober: User): void {
    const { clock, metrics, router } = this.#options;
    const queued = !this.#ways.isUp(contact.jid.domain);
    const { username, jid } = prober;
    contact.probe = { prober: username, sentMs: clock.monotonicMs(), queued, answeredMs: undefined };
    metrics.count("halyard_presence_probes_total");
    router.route(stanzaOf(xml("presence", { type: "probe" }), jid, contact.jid, LOCAL, clock.nowMs()));
  }

  /**
   * The link is up anew: what its queue held goes out now; what was on its way before is lost, so it is
   * repeated.
   */
  again(contact: Contact): void {
    if (contact.probe?.queued === true) {
      contact.probe.queued = false;
      contact.probe.sentMs = this.#options.clock.monotonicMs();
    } else {
      this.#askForAny(contact);
    }
  }

  /** The link is up again and has lost nothing: a probe that waited goes out now, others are on their way still. */
  resumed({ probe }: Contact): void {
    if (probe?.queued !== true) return;
    probe.queued = false;
    probe.sentMs = this.#options.clock.monotonicMs();
  }

  /** An account may no longer see a contact: if a probe went out in its name, another one has to ask. */
  abandon(contact: Contact, username: string): void {
    if (contact.probe?.prober === username) this.#askForAny(contact);
  }

  /**
   * Passes what may be the answer to a probe on to the others who watch the contact, since it is addressed to
   * the prober alone. If it is an ordinary broadcast instead, they get it twice.
   */
  pass(contact: Contact, presence: Element, addressee: string): void {
    for (const user of this.watchers(contact)) {
      if (user.username !== addressee) user.deliver(withTo(presence, user.jid));
    }
  }

  /** Users who are there to see the contact, and may. */
  watchers(contact: Contact): User[] {
    const jid = contact.jid.toString();
    return [...contact.subscribers].flatMap((username) => {
      const user = this.#sessions.user(username);
      if (user === undefined || user.available.length === 0) return [];
      return seesContact(this.#rosters.get(username, jid)) ? [user] : [];
    });
  }

  /** Whether a probe may take this long. @param sinceMs monotonic time */
  #isWithin({ jid }: Contact, sinceMs: number): boolean {
    return this.#options.clock.monotonicMs() - sinceMs < this.#ways.policy(jid.domain).probeTimeoutMs;
  }

  #askForAny(contact: Contact): void {
    contact.probe = undefined;
    const [watcher] = this.watchers(contact);
    if (watcher !== undefined) this.ask(contact, watcher);
  }
}
