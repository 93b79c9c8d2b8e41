import type { Hop, LinkEvents } from "../router/mod.ts";
import { type Jid, NS, type Stanza, withDelay } from "../stanza/mod.ts";
import type { Element } from "../xml/mod.ts";
import { Deadline } from "./deadline.ts";
import { DomainQuestions, isUnheard, type Listed } from "./domain_questions.ts";
import { KnownDomains } from "./known_domains.ts";
import type { ImOptions } from "./options.ts";
import { PresenceCache, type Recalled } from "./presence_cache.ts";
import type { Contact, Fact, Moment } from "./contact.ts";
import { hasMoved, isUnreachable, readdressed, unavailable, withTo } from "./presence_element.ts";
import { Probing } from "./probing.ts";
import type { Rosters } from "./rosters.ts";
import type { Sessions } from "./sessions.ts";
import type { Resource } from "./user.ts";
import type { Ways } from "./ways.ts";

type Options = Pick<
  ImOptions,
  "clock" | "domain" | "limits" | "log" | "metrics" | "router" | "storage"
>;

/**
 * What our users see of contacts on other servers, out of a cache as far as possible. RFC 6121 section 4.3
 * lets a server skip a probe when it has reliable, current presence; a slow link makes that the rule.
 *
 * A user is entitled by his own roster (`to`, `both`) and by nothing else. Knowledge is trusted while the
 * link lasts; when it goes down or comes up anew, all that came over it is stale until the contact's server
 * confirms it.
 */
export class RemotePresence implements LinkEvents {
  readonly #options: Options;
  readonly #ways: Ways;
  readonly #cache: PresenceCache;
  readonly #probing: Probing;
  readonly #deadline: Deadline;
  readonly #questions: DomainQuestions;
  /** How much is known of each domain. */
  readonly #domains: KnownDomains;

  constructor(options: Options, ways: Ways, sessions: Sessions, rosters: Rosters) {
    this.#options = options;
    this.#ways = ways;
    this.#domains = new KnownDomains(
      options.storage.presence,
      options.clock,
      (domain) => ways.isLinked(domain),
    );
    this.#cache = new PresenceCache(
      options.limits,
      options.storage.presence,
      ({ jid }) => this.#domains.doubt(jid.domain),
    );
    this.#probing = new Probing(options, ways, sessions, rosters);
    this.#deadline = new Deadline(options.clock, () => this.#expire());
    this.#questions = new DomainQuestions(options, ways, {
      answered: (domain, listed) => this.#domainAnswered(domain, listed),
      refused: (domain) => this.#probeAll(domain),
    });
    this.#load();
  }

  /** Takes the answers to questions about whole domains; they come to the server's own address. */
  get answers(): Hop {
    return this.#questions;
  }

  /** Shows a contact to a resource that has become available; asks the contact's server only if it has to. */
  show(resource: Resource, jid: Jid): void {
    const { user, session } = resource;
    const contact = this.#cache.use(jid);
    contact.addSubscriber(user.username);
    const { facts } = contact;
    for (const fact of facts) session.send(this.#shown(contact, fact, user.jid));
    if (this.#questions.suits(jid.domain)) return this.#askDomain(jid.domain);
    const anyStale = facts.some((fact) => this.#isStale(contact, fact));
    const wanted = facts.length === 0 || (anyStale ? this.#asksStale(jid) : !contact.isComplete);
    if (!wanted) this.#spared(anyStale ? "stale" : "fresh");
    else if (this.#probing.isOutstanding(contact)) this.#spared("outstanding");
    else this.#probing.ask(contact, user);
  }

  /** Takes presence, available or not, that a contact broadcast to an entitled user. */
  heard(stanza: Stanza): void {
    const contact = this.#cache.use(stanza.from.bare);
    const { resource } = stanza.from;
    const username = stanza.to.local;
    contact.addSubscriber(username);
    if (stanza.type === "") {
      const awaited = this.#probing.awaits(contact);
      const news = contact.learn(resource, stanza.element, this.#now());
      if (awaited) this.#answered(contact);
      if (awaited && news) this.#probing.pass(contact, stanza.element, username);
    } else {
      const news = contact.leave(resource, stanza.element, this.#now());
      if (resource !== "") return;
      if (news) this.#probing.pass(contact, stanza.element, username);
      contact.probe = undefined;
    }
  }

  /**
   * Takes presence of type error from a contact whom its addressee may see. Only what answers a probe of ours is about
   * the contact; any other error is about a stanza that a client sent, and goes to that client.
   * @returns whether it answers a probe, so that no client need see it
   */
  failed(stanza: Stanza): boolean {
    const contact = this.#cache.find(stanza.from.bare);
    if (contact === undefined || !this.#probing.isRefusal(contact, stanza)) return false;
    contact.probe = undefined;
    // An error of our own means that the probe did not get there, and of the contact that says nothing.
    if (stanza.origin.kind !== "local" && isUnreachable(stanza)) this.#lost(contact, stanza);
    return true;
  }

  /** See `InstantMessaging.lastActivity`. @param jid bare */
  lastActivity(jid: Jid): number | undefined {
    const contact = this.#cache.find(jid);
    const fact = contact?.facts.find((one) => !this.#isStale(contact, one));
    if (contact === undefined || fact === undefined) return undefined;
    if (contact.isAvailable) return 0;
    const { presence, confirmed } = fact;
    const stamp = Date.parse(presence.getChild("delay", NS.DELAY)?.attrs.stamp ?? "");
    const sinceMs = Number.isNaN(stamp) ? confirmed.wallMs : stamp;
    return Math.max(0, Math.round((this.#now().wallMs - sinceMs) / 1_000));
  }

  /** From now on the user may see the contact, whose server will send presence by itself. */
  began(username: string, jid: Jid): void {
    this.#cache.use(jid).addSubscriber(username);
  }

  /** The user may no longer see the contact: he, or the contact, has ended the subscription. */
  ended(username: string, jid: Jid): void {
    const contact = this.#cache.find(jid);
    if (contact === undefined) return;
    contact.subscribers.delete(username);
    if (contact.subscribers.size === 0) this.#cache.forget(contact);
    else this.#probing.abandon(contact, username);
  }

  linkUp(_peer: string, domains: readonly string[], isResumed: boolean): void {
    this.#ways.changed(domains, true);
    const { monotonicMs } = this.#now();
    if (isResumed) return this.#resume(domains);
    for (const domain of domains) {
      // Where nothing was ever told nothing can be wrong or missing: a question on its way may stand.
      const isFresh = this.#domains.of(domain) === "unasked" &&
        this.#cache.of([domain]).every((contact) => contact.isBlank);
      if (isFresh) continue;
      this.#domains.doubt(domain);
      this.#questions.forget(domain);
    }
    for (const contact of this.#cache.of(domains)) {
      contact.forgetHidden();
      const { maxStaleMs, probeTimeoutMs } = this.#ways.policy(contact.jid.domain);
      contact.hold((until) =>
        until === undefined ? monotonicMs + maxStaleMs : Math.max(until, monotonicMs + probeTimeoutMs)
      );
      if (!this.#questions.suits(contact.jid.domain)) this.#probing.again(contact);
      else if (this.#probing.watchers(contact).length > 0) this.#askDomain(contact.jid.domain);
    }
    this.#watchDeadlines();
  }

  linkDown(_peer: string, domains: readonly string[]): void {
    this.#ways.changed(domains, false);
    this.#domains.end(domains);
    const { monotonicMs } = this.#now();
    for (const contact of this.#cache.of(domains)) {
      const { whenDown, graceMs, maxStaleMs, isToldLate } = this.#ways.policy(contact.jid.domain);
      const latest = monotonicMs + (isToldLate === true ? 0 : whenDown === "strict" ? graceMs : maxStaleMs);
      const isShort = whenDown === "strict" || isToldLate === true;
      contact.hold((until = latest) => isShort ? Math.min(until, latest) : until);
      // It was lost with the link, or comes too late to be counted on: who comes now may ask again.
      if (contact.probe?.queued === false) contact.probe = undefined;
    }
    this.#watchDeadlines();
  }

  /** Lets go of the clock; for the end of the server. */
  stop(): void {
    this.#deadline.cancel();
    this.#domains.end(this.#ways.up);
  }

  /** Takes back what was known when the server ended. The links are down at first. */
  #load(): void {
    const { storage } = this.#options;
    const watchers = new Map<string, readonly string[]>();
    this.#cache.load(storage.presence.list(), (jid, confirmedMs) => {
      const bare = jid.toString();
      const seenBy = watchers.get(bare) ?? storage.rosters.watchersOf(bare);
      watchers.set(bare, seenBy);
      return seenBy.length === 0 || !this.#ways.isLinked(jid.domain)
        ? undefined
        : this.#recalled(jid, confirmedMs);
    });
    for (const contact of this.#cache.contacts) {
      if (this.#domains.of(contact.jid.domain) !== "complete") this.#domains.doubt(contact.jid.domain);
      for (const username of watchers.get(contact.jid.toString()) ?? []) contact.addSubscriber(username);
    }
    this.#watchDeadlines();
  }

  /** It is held for as long as after a break that began when the server was last heard of. */
  #recalled({ domain }: Jid, confirmedMs: number): Recalled {
    const { wallMs, monotonicMs } = this.#now();
    const { whenDown, graceMs, maxStaleMs } = this.#ways.policy(domain);
    const trueMs = Math.min(wallMs, Math.max(confirmedMs, this.#domains.completeUntilMs(domain) ?? 0));
    const agoMs = wallMs - trueMs;
    return {
      confirmed: { wallMs: trueMs, monotonicMs: monotonicMs - agoMs },
      heldUntilMs: monotonicMs - agoMs + (whenDown === "strict" ? graceMs : maxStaleMs),
    };
  }

  /** Asks for all presence of a domain, unless that is known or asked for already. */
  #askDomain(domain: string): void {
    const knowledge = this.#domains.of(domain);
    if (knowledge === "complete") return this.#spared("fresh");
    if (this.#questions.isOutstanding(domain)) return this.#spared("outstanding");
    this.#questions.ask(domain, knowledge === "doubtful" ? this.#cache.of([domain]) : undefined);
  }

  /** Who was not named as available by now is not. */
  #domainAnswered(
    domain: string,
    listed: readonly (Listed & { readonly isTrue: boolean })[] | undefined,
  ): void {
    const now = this.#now();
    this.#domains.complete(domain);
    for (const one of listed ?? []) {
      const { contact, resource, isTrue } = one;
      // Where other presence came since, it is that which counts.
      if (this.#cache.find(contact.jid) !== contact || !isUnheard(one)) continue;
      if (isTrue) {
        contact.confirm(resource, now);
      } else {
        contact.leave(resource, unavailable(), now);
        this.#tellGone(contact, contact.isAvailable ? contact.address(resource) : contact.jid);
      }
    }
    for (const contact of this.#cache.of([domain])) {
      contact.isComplete = true;
      if (listed === undefined) {
        for (const [resource] of contact.available) contact.confirm(resource, now);
      }
      if (contact.facts.length === 0) contact.leave("", unavailable(), now);
    }
  }

  #probeAll(domain: string): void {
    for (const contact of this.#cache.of([domain])) this.#probing.again(contact);
  }

  /** The link has lost nothing: what was known is true, or will be corrected by what is on its way. */
  #resume(domains: readonly string[]): void {
    for (const contact of this.#cache.of(domains)) {
      if (this.#domains.of(contact.jid.domain) === "complete") contact.isComplete = true;
      for (const presence of contact.resume(this.#now())) {
        for (const user of this.#probing.watchers(contact)) user.deliver(withTo(presence, user.jid));
      }
      this.#probing.resumed(contact);
    }
    for (const domain of domains) {
      const isWatched = this.#cache.of([domain]).some((contact) =>
        this.#probing.watchers(contact).length > 0
      );
      if (this.#questions.suits(domain) && isWatched) this.#askDomain(domain);
    }
  }

  #now(): Moment {
    const { clock } = this.#options;
    return { wallMs: clock.nowMs(), monotonicMs: clock.monotonicMs() };
  }

  #isStale(contact: Contact, fact: Fact): boolean {
    const ageMs = this.#options.clock.monotonicMs() - fact.confirmed.monotonicMs;
    return fact.heldUntilMs !== undefined || ageMs > this.#ways.policy(contact.jid.domain).maxAgeMs;
  }

  /** While the link is down there is no use in asking: `linkUp` does it. */
  #asksStale({ domain }: Jid): boolean {
    return this.#ways.isUp(domain) && this.#ways.policy(domain).probeStale;
  }

  /**
   * What is known, as a client gets it: that a contact is offline is said by its bare JID, and since when.
   */
  #shown(contact: Contact, fact: Fact, to: Jid): Element {
    const { presence, confirmed } = fact;
    const offline = presence.attrs.type !== undefined;
    const element = offline ? readdressed(presence, contact.jid, to) : withTo(presence, to);
    const isUnmarked = this.#ways.policy(contact.jid.domain).whenDown === "keep" ||
      !this.#isStale(contact, fact);
    if (!offline && isUnmarked) return element;
    return withDelay(element, this.#options.domain, confirmed.wallMs);
  }

  /** The contact's server says that the contact cannot be reached. */
  #lost(contact: Contact, error: Stanza): void {
    const wasAvailable = contact.isAvailable;
    contact.leave("", unavailable(), this.#now());
    if (wasAvailable) this.#tellGone(contact, contact.jid);
    if (hasMoved(error)) this.#cache.forget(contact);
  }

  /** The contact's server answers a probe: resources that it does not name soon are gone. */
  #answered(contact: Contact): void {
    contact.isComplete = true;
    this.#probing.answered(contact);
    contact.shorten(this.#now().monotonicMs + this.#ways.policy(contact.jid.domain).probeTimeoutMs);
    if (contact.heldUntilMs !== undefined) this.#deadline.noLaterThan(contact.heldUntilMs);
  }

  /** Ends what was held too long; whoever saw it is told, once per contact when nothing of it remains. */
  #expire(): void {
    const { monotonicMs } = this.#now();
    for (const contact of this.#cache.contacts) {
      const { isToldLate, survivesBreaks } = this.#ways.policy(contact.jid.domain);
      const gone = contact.expire(monotonicMs, isToldLate === true || survivesBreaks === true);
      if (gone.length === 0) continue;
      const from = contact.isAvailable ? gone.map((resource) => contact.address(resource)) : [contact.jid];
      for (const jid of from) this.#tellGone(contact, jid);
    }
    this.#watchDeadlines();
  }

  #tellGone(contact: Contact, from: Jid): void {
    const { log, metrics } = this.#options;
    metrics.count("halyard_presence_voided_total");
    log.debug("presence voided", { contact: from.toString() });
    for (const user of this.#probing.watchers(contact)) {
      user.deliver(readdressed(unavailable(), from, user.jid));
    }
  }

  #watchDeadlines(): void {
    for (const { heldUntilMs } of this.#cache.contacts) {
      if (heldUntilMs !== undefined) this.#deadline.noLaterThan(heldUntilMs);
    }
  }

  #spared(why: "fresh" | "outstanding" | "stale"): void {
    this.#options.metrics.count("halyard_presence_probes_spared_total", { why });
  }
}
