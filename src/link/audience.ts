import { base64, compareOctets, sha256 } from "../base/mod.ts";
import { errorReply } from "../router/mod.ts";
import { Jid, NS, type Origin, type Stanza, stanzaOf } from "../stanza/mod.ts";
import { copy, type Element, elementsOf, withAttrs, writeXml, xml } from "../xml/mod.ts";
import { presenceSlot } from "./classes.ts";
import type { Waiting } from "./queue.ts";

/** The child that names the audience, in the namespace of what two Halyards say to one another. */
const NAME = "all";

/** Fewer stanzas cost less by themselves: compression makes each a few octets. */
const LEAST_MEMBERS = 4;
/** How long presence of an account crosses in separate stanzas once the rosters of the two sides disagreed. */
const SEPARATE_MS = 6 * 3_600_000;
/** Accounts of which that is remembered; the oldest go first. */
const MOST_SEPARATE = 1_000;
/** Resources remembered whose presence died in the queue; the oldest go first. */
const MOST_LOST = 10_000;

/** What the rosters say about who sees whom; given by the server around. */
export interface Rosters {
  /** Bare JIDs of the contacts in a domain that see one of our accounts (`from`, `both`). */
  subscribersIn(account: Jid, domain: string): readonly string[];
  /** Our accounts (usernames) that see a contact (`to`, `both`). */
  watchersOf(contact: Jid): readonly string[];
  /** Sends what one of our resources says now, be it that it is gone, to each of its subscribers in a domain. */
  tellAgain(resource: Jid, domain: string): void;
}

/** A stanza that waits, as it would leave: behind the rules. */
export interface Leaving {
  readonly waiting: Waiting;
  readonly stanza: Stanza;
}

/** Presence to many that crosses as one. */
export interface Folded {
  readonly element: Element;
  /** What it stands for. */
  readonly members: readonly Leaving[];
}

/**
 * One presence for all of a user's contacts in a domain, in profile `halyard`: folded when it leaves, unfolded when it
 * arrives, so that neither the queue nor anybody behind it knows of it.
 *
 * It names its audience by a digest of the sender's side, and is unfolded only where the other side's rosters give
 * the same: so it reaches exactly those whom separate stanzas would reach.
 */
export class AudienceFolder {
  readonly #rosters: Rosters;
  readonly #folds: boolean;
  /** Resources whose newest presence died in the queue, with the domain it was for. */
  readonly #lost = new Map<string, { readonly from: Jid; readonly domain: string }>();
  /** Until when an account's presence to a domain crosses in separate stanzas. */
  readonly #separate = new Map<string, number>();

  /** @param folds whether anything is folded; what comes is unfolded in any case */
  constructor(rosters: Rosters, folds = true) {
    this.#rosters = rosters;
    this.#folds = folds;
  }

  /**
   * Folds the presence that leaves next with what waits right behind it.
   * @param leaving all that leaves next, in order; asked for no further than it is alike
   * @param knows whether an addressee who is not among those may be told all the same, since he knows it already
   */
  fold(leaving: Iterable<Leaving>, knows: (presence: Stanza) => boolean, nowMs: number): Folded | undefined {
    if (!this.#folds) return undefined;
    const run = alikeRun(leaving, ({ from, to }) => !this.#isSeparate(from, to.domain, nowMs));
    const [first] = run;
    if (first === undefined || run.length < LEAST_MEMBERS) return undefined;
    const { from, to, origin, element } = first.stanza;
    const audience = new Set(this.#rosters.subscribersIn(from.bare, to.domain));
    const outsider = run.findIndex(({ stanza }) => !audience.has(stanza.to.toString()));
    const members = outsider < 0 ? run : run.slice(0, outsider);
    if (members.length < LEAST_MEMBERS) return undefined;
    const named = new Set(members.map(({ stanza }) => stanza.to.toString()));
    const others = [...audience].filter((jid) => !named.has(jid));
    if (!others.every((jid) => knows(readdressed(first.stanza, Jid.of(jid), origin)))) return undefined;
    const name = xml(NAME, { xmlns: NS.HALYARD, d: audienceDigest([...audience]) });
    const folded = copy(element, { attrs: { to: to.domain }, children: [...element.children, name] });
    return { element: folded, members };
  }

  /**
   * Unfolds what has come.
   * @returns what it stands for; the answer when the rosters disagree; undefined when it is something else
   */
  unfold(
    stanza: Stanza,
  ): { readonly presence: readonly Stanza[] } | { readonly answer: Stanza | undefined } | undefined {
    const { from, to, type } = stanza;
    if (stanza.kind !== "presence" || to.local !== "" || (type !== "" && type !== "unavailable")) {
      return undefined;
    }
    const name = stanza.element.getChild(NAME, NS.HALYARD);
    if (name === undefined) return undefined;
    const audience = this.#rosters.watchersOf(from.bare).map((username) =>
      Jid.of(`${username}@${to.domain}`)
    );
    if (audienceDigest(audience.map(String)) !== name.attrs.d) {
      // To one who has gone it is an answer too: it is the server that asks.
      const error = errorReply({ ...stanza, type: "" }, { condition: "conflict" });
      const children = [name, ...error?.element.children ?? []];
      return {
        answer: error && stanzaOf(copy(error.element, { children }), to, from, LINK, stanza.receivedMs),
      };
    }
    const children = elementsOf(stanza.element).filter((child) => child !== name);
    const plain = { ...stanza, element: copy(stanza.element, { children }) };
    return { presence: audience.map((jid) => readdressed(plain, jid, stanza.origin)) };
  }

  /** Presence died in the queue: the other side believes what it was told before, until `tellLost`. */
  lost({ kind, type, from, to }: Stanza): void {
    if (kind !== "presence" || (type !== "" && type !== "unavailable") || from.isBare) return;
    const key = `${from}\n${to.domain}`;
    this.#lost.set(key, { from: from.ownCopy(), domain: to.domain });
    const [oldest] = this.#lost.keys();
    if (this.#lost.size > MOST_LOST && oldest !== undefined) this.#lost.delete(oldest);
  }

  /** There is room again: what was lost is told as it is now. */
  tellLost(): void {
    const lost = [...this.#lost.values()];
    this.#lost.clear();
    for (const { from, domain } of lost) this.#rosters.tellAgain(from, domain);
  }

  #isSeparate(account: Jid, domain: string, nowMs: number): boolean {
    return (this.#separate.get(keyOf(account, domain)) ?? 0) > nowMs;
  }

  /**
   * Takes the other side's word that the rosters disagree: from now on, for a while, each is told by himself.
   * @param reopen called for each pair of accounts before they are told again
   * @returns false when the stanza says something else
   */
  disagreed(stanza: Stanza, reopen: (account: Jid, contact: Jid) => void): boolean {
    const { from, to, kind, type } = stanza;
    if (kind !== "presence" || type !== "error" || from.toString() !== from.domain) return false;
    if (stanza.element.getChild(NAME, NS.HALYARD) === undefined) return false;
    const key = keyOf(to, from.domain);
    this.#separate.delete(key);
    this.#separate.set(key, stanza.receivedMs + SEPARATE_MS);
    const [oldest] = this.#separate.keys();
    if (this.#separate.size > MOST_SEPARATE && oldest !== undefined) this.#separate.delete(oldest);
    for (const jid of this.#rosters.subscribersIn(to.bare, from.domain)) reopen(to, Jid.of(jid));
    this.#rosters.tellAgain(to, from.domain);
    return true;
  }
}

/** What leaves next, as far as it is one presence to several. @param mayBegin whether the first may be one of them */
function alikeRun(leaving: Iterable<Leaving>, mayBegin: (stanza: Stanza) => boolean): Leaving[] {
  const run: Leaving[] = [];
  let content = "";
  for (const one of leaving) {
    const { stanza } = one;
    const [first] = run;
    if (first === undefined) {
      if (!isBroadcast(stanza) || !mayBegin(stanza)) break;
      content = contentOf(stanza.element);
    } else if (!isAlike(stanza, first.stanza, content)) break;
    run.push(one);
  }
  return run;
}

const LINK: Origin = { kind: "local", name: "link" };

/**
 * What stands for a set of bare JIDs: the first 8 octets of the SHA-256 of all of them, in the order of their octets,
 * with a line feed behind each; in base64 without padding.
 */
export function audienceDigest(jids: readonly string[]): string {
  const encoder = new TextEncoder();
  const sorted = jids.map((jid) => encoder.encode(`${jid}\n`)).sort(compareOctets);
  const decoder = new TextDecoder();
  return base64(sha256(sorted.map((octets) => decoder.decode(octets)).join("")).subarray(0, 8)).slice(0, 11);
}

/** Whether it may be part of a broadcast: the mere state of a resource, to a bare JID. */
function isBroadcast(stanza: Stanza): boolean {
  return presenceSlot(stanza) !== undefined && stanza.to.isBare && stanza.to.local !== "";
}

function isAlike(one: Stanza, first: Stanza, content: string): boolean {
  return isBroadcast(one) && one.to.domain === first.to.domain && one.from.equals(first.from) &&
    contentOf(one.element) === content;
}

function contentOf(element: Element): string {
  return writeXml(withAttrs(element, { to: undefined }));
}

function readdressed(stanza: Stanza, to: Jid, origin: Origin): Stanza {
  return stanzaOf(stanza.element, stanza.from, to, origin, stanza.receivedMs);
}

function keyOf(account: Jid, domain: string): string {
  return `${account.bare}\n${domain}`;
}
