import { earliest } from "../base/mod.ts";
import type { Jid } from "../stanza/mod.ts";
import { type Element, elementSizeBytes, ownCopy, ownText } from "../xml/mod.ts";
import { saysTheSame } from "./presence_element.ts";

/** A moment on both clocks: one for stamps, one for durations. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** What was last heard of one address of a remote contact. */
export interface Fact {
  /** The presence as it came, original id and all. */
  readonly presence: Element;
  /** Its size as XML. */
  readonly sizeBytes: number;
  /** When the contact's server last said so. */
  readonly confirmed: Moment;
  /** Monotonic time until which it is held although it is stale; undefined while it is trusted. */
  readonly heldUntilMs: number | undefined;
}

/** A probe of ours that may still be answered. */
export interface Probe {
  /** Account in whose name it was sent, so to whom the answer will be addressed. */
  readonly prober: string;
  /** Monotonic time. */
  sentMs: number;
  /** It waits in the queue of a link that is down, and goes out when that comes up. */
  queued: boolean;
  /** When the first answer came (monotonic); more may follow, one for each resource. */
  answeredMs: number | undefined;
}

/** Whoever keeps account of what is known of a contact. What is hidden is known still. */
export interface FactKeeper {
  /** Something is known of a resource from now on, or something else than before. */
  kept(contact: Contact, resource: string, fact: Fact): void;
  /** That is known no longer. */
  dropped(contact: Contact, resource: string, fact: Fact): void;
}

const NOBODY: FactKeeper = { kept() {}, dropped() {} };

/** What is known of one remote contact. */
export class Contact {
  /** Bare JID. */
  readonly jid: Jid;
  /**
   * Accounts that may see this contact by their own rosters, as far as that has shown. Knowledge of the
   * contact goes when the last of them may no longer see it.
   */
  readonly subscribers = new Set<string>();
  probe: Probe | undefined;
  /**
   * Whether all resources are known: a probe was answered, and the link has not failed since. Before that,
   * what is known is only what happened to change.
   */
  isComplete = false;
  readonly #facts = new Map<string, Fact>();
  /** What was held too long: shown to nobody, but still true if the link turns out to have lost nothing. */
  readonly #hidden = new Map<string, Fact>();
  readonly #mostFacts: number;
  readonly #keeper: FactKeeper;

  constructor(jid: Jid, mostFacts: number, keeper: FactKeeper = NOBODY) {
    this.jid = jid.ownCopy();
    this.#mostFacts = mostFacts;
    this.#keeper = keeper;
  }

  /**
   * By resource. One that is unavailable stands alone, without resource: the contact is known to be offline.
   */
  get facts(): readonly Fact[] {
    return [...this.#facts.values()];
  }

  /** Whether nothing is known at all, hidden or not. */
  get isBlank(): boolean {
    return this.#facts.size === 0 && this.#hidden.size === 0;
  }

  /** Whether any resource is taken to be available. */
  get isAvailable(): boolean {
    return this.facts.some(isAvailable);
  }

  /**
   * Takes an available presence from `resource` ("" for a contact that has none, such as a gateway).
   * @returns whether it says anything new
   */
  learn(resource: string, presence: Element, confirmed: Moment): boolean {
    const before = this.#facts.get(resource);
    if (!this.isAvailable) this.#dropOffline();
    this.#keep(resource, presence, confirmed);
    return before === undefined || !saysTheSame(before.presence, presence);
  }

  /**
   * Takes the end of `resource`, or of all when that is "".
   * @returns whether it says anything new
   */
  leave(resource: string, presence: Element, confirmed: Moment): boolean {
    const news = resource === "" ? this.isAvailable || this.#facts.size === 0 : this.#facts.has(resource);
    if (resource === "") {
      this.#clear();
      this.isComplete = true;
    } else {
      this.#drop(resource);
    }
    if (this.#facts.size === 0 && this.isComplete) this.#keep("", presence, confirmed);
    return news;
  }

  /** Takes what was known before a restart: true when it was confirmed, and stale since. */
  recall(resource: string, presence: Element, confirmed: Moment, heldUntilMs: number): void {
    this.#keep(resource, presence, confirmed);
    const fact = this.#facts.get(resource);
    if (fact !== undefined) this.#facts.set(resource, { ...fact, heldUntilMs });
  }

  /**
   * Makes all that is known stale.
   * @param until for how long it is held, given how long it was held already (monotonic times)
   */
  hold(until: (already: number | undefined) => number): void {
    this.isComplete = false;
    for (const [resource, fact] of this.#facts) {
      this.#facts.set(resource, { ...fact, heldUntilMs: until(fact.heldUntilMs) });
    }
  }

  /** Holds what is stale no longer than until `latestMs`. */
  shorten(latestMs: number): void {
    for (const [resource, fact] of this.#facts) {
      if (fact.heldUntilMs === undefined || fact.heldUntilMs <= latestMs) continue;
      this.#facts.set(resource, { ...fact, heldUntilMs: latestMs });
    }
  }

  /** When the first of what is stale is no longer held; undefined when nothing is stale. */
  get heldUntilMs(): number | undefined {
    return earliest(...this.facts.map((fact) => fact.heldUntilMs));
  }

  /**
   * Forgets, or hides, what is held no longer.
   * @param hides whether it may come back by `resume`
   * @returns the resources among it that were available
   */
  expire(monotonicMs: number, hides = false): string[] {
    const gone: string[] = [];
    for (const [resource, fact] of this.#facts) {
      if (fact.heldUntilMs === undefined || fact.heldUntilMs > monotonicMs) continue;
      if (hides) {
        this.#facts.delete(resource);
        this.#hidden.set(resource, fact);
      } else {
        this.#drop(resource);
      }
      if (isAvailable(fact)) gone.push(resource);
    }
    return gone;
  }

  /** All that is known is true again, what was hidden too. @returns the available presence that was hidden */
  resume(confirmed: Moment): Element[] {
    const back = [...this.#hidden];
    this.#hidden.clear();
    for (const [resource, fact] of [...this.#facts, ...back]) {
      this.#facts.set(resource, { ...fact, confirmed, heldUntilMs: undefined });
    }
    return back.map(([, fact]) => fact).filter(isAvailable).map(({ presence }) => presence);
  }

  /** What is hidden is not to come back. */
  forgetHidden(): void {
    for (const resource of this.#hidden.keys()) this.#drop(resource);
  }

  /** Nothing is known any more. */
  forget(): void {
    this.#clear();
  }

  /** The contact's server has confirmed what was known of a resource. */
  confirm(resource: string, confirmed: Moment): void {
    const fact = this.#facts.get(resource);
    if (fact !== undefined) this.#facts.set(resource, { ...fact, confirmed, heldUntilMs: undefined });
  }

  /** The available presence that is known, by resource. */
  get available(): readonly (readonly [resource: string, presence: Element])[] {
    return [...this.#facts].filter(([, fact]) => isAvailable(fact)).map(([resource, { presence }]) =>
      [resource, presence] as const
    );
  }

  /** An account may see this contact. */
  addSubscriber(username: string): void {
    if (!this.subscribers.has(username)) this.subscribers.add(ownText(username));
  }

  /** The address of one of the contact's resources. */
  address(resource: string): Jid {
    return resource === "" ? this.jid : this.jid.withResource(resource) ?? this.jid;
  }

  /** Kept as a copy: what came holds on to all that was read with it. */
  #keep(resource: string, presence: Element, confirmed: Moment): void {
    this.#drop(resource);
    const own = ownCopy(presence);
    const fact = { presence: own, sizeBytes: elementSizeBytes(own), confirmed, heldUntilMs: undefined };
    this.#facts.set(ownText(resource), fact);
    this.#keeper.kept(this, resource, fact);
    const [oldest] = this.#facts.keys();
    if (this.#facts.size > this.#mostFacts && oldest !== undefined) this.#drop(oldest);
  }

  #drop(resource: string): void {
    for (const facts of [this.#facts, this.#hidden]) {
      const fact = facts.get(resource);
      if (fact === undefined) continue;
      facts.delete(resource);
      this.#keeper.dropped(this, resource, fact);
    }
  }

  /** The contact is known to be offline no longer; resources that are hidden may still be there. */
  #dropOffline(): void {
    for (const facts of [this.#facts, this.#hidden]) {
      const offline = [...facts].filter(([, fact]) => !isAvailable(fact));
      for (const [resource] of offline) this.#drop(resource);
    }
  }

  #clear(): void {
    for (const resource of [...this.#facts.keys(), ...this.#hidden.keys()]) this.#drop(resource);
  }
}

function isAvailable(fact: Fact): boolean {
  return fact.presence.attrs.type === undefined;
}
