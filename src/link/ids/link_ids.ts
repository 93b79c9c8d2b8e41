import { randomId, type RandomSource } from "../../base/mod.ts";
import type { LinkIdStore } from "../../storage/mod.ts";
import { copy, type Element, type Node } from "../../xml/mod.ts";
import { GIVEN_ID } from "../flow/template.ts";
import { STEM_CHARS } from "./stem.ts";
import { isArchiveId, isHarmless, isInnerStanza, isOriginId, isReference } from "./places.ts";

/** Ids of a link that are remembered; what was not used while as many others were falls out. */
export const MOST_LINK_IDS = 32_768;

/** In UTF-16 code units; a longer id is no usual one, crosses as it is and is not remembered. */
export const MOST_ID_CHARS = 256;

/** What each life of a side's process adds to its stem. */
const LIFE_CHARS = 5;

/** How an id of ours is shown when nobody remembers for what it stands: a client may have made one like it. */
const FORGOTTEN = "~";

/** What a side's ids stand on. */
export interface LinkIdsOptions {
  readonly store: LinkIdStore;
  readonly random: RandomSource;
  /** With what the ids of this side begin (`stemOf`). */
  readonly stem: string;
  /** Whether new short ids are given. What was given is restored in any case. */
  readonly isOn: boolean;
  /** To foretell what a running process does: the id that it gave last. */
  readonly after?: string | undefined;
}

/** Ids that were just used, for which the store is not asked: a message holds its own twice, and goes to many. */
const RECENT_IDS = 64;

type Change = (id: string, place: Place) => string;
/** What an attribute `id` is: that of the stanza, one that names an earlier message, or of unknown meaning. */
type Place = "own" | "reference" | "unknown";

/**
 * Gives random ids of local clients short ones when they cross to a peer, and gives them back in what comes: receipts,
 * corrections, reflections, errors. It is a bijection of ids, whoever uses them: so all that referred to one another
 * before does so after.
 *
 * No id is ever given twice, even when an older backup is put back, since each life of the process has its own. Nothing
 * has to be agreed with the peer: to it these are ids like any others.
 */
export class LinkIds {
  readonly #store: LinkIdStore;
  readonly #random: RandomSource;
  readonly #isOn: boolean;
  readonly #stem: string;
  /** Stem and life; undefined until the first id is given. */
  #prefix: string | undefined;
  #count = 0;
  /** By original; the last are the latest. */
  readonly #recent = new Map<string, string>();

  constructor({ store, random, stem, isOn, after }: LinkIdsOptions) {
    this.#store = store;
    this.#random = random;
    this.#isOn = isOn;
    this.#stem = stem;
    if (after === undefined) return;
    this.#prefix = after.slice(0, STEM_CHARS + LIFE_CHARS);
    this.#count = Number.parseInt(after.slice(STEM_CHARS + LIFE_CHARS + 1), 36);
  }

  /** A stanza as it crosses. */
  outgoing(stanza: Element): Element {
    const owner = bareOf(stanza.attrs.from);
    const giving = givingOf(stanza);
    const taken = idsTakenIn(stanza);
    return changed(stanza, (id, place) => {
      if (place === "own" && giving === "short" && !taken.includes(id)) return this.#given(id, owner);
      if (place === "own" && giving !== "none") return this.#full(id, owner);
      // What an unknown element names may be anything, but not by chance the id of its own sender's message.
      if (place === "unknown" && this.#store.byOriginal(id)?.owner !== owner) return id;
      return this.#known(id, owner);
    });
  }

  /** A stanza as local clients are to see it. */
  incoming(stanza: Element): Element {
    const notes = givingOf(stanza) !== "none";
    const owner = bareOf(stanza.attrs.from);
    return changed(stanza, (id, place) => {
      const original = GIVEN_ID.test(id) ? this.#store.byShort(id)?.original : undefined;
      if (original !== undefined) return original;
      // Also one that looks as if it were shown so already: two are not to be shown as one.
      if (this.#isOurs(id) || this.#isForgotten(id)) return id + FORGOTTEN;
      // A room here may reflect it: its sender knows it by this id and no other.
      if (place === "own" && notes) this.#keep(id, owner);
      return id;
    });
  }

  /** An id that might be given a short one stays as it is from now on, in both directions. */
  #keep(id: string, owner: string): void {
    if (!this.#isWorthOne(id) || this.#store.byOriginal(id) !== undefined) return;
    this.#store.add({ short: id, original: id, owner }, MOST_LINK_IDS);
  }

  /** An id that has to stay: also when it comes again in a stanza that has no reason for that any more. */
  #full(id: string, owner: string): string {
    const crossing = this.#known(id, owner);
    if (crossing === id) this.#keep(id, owner);
    return crossing;
  }

  #known(id: string, owner: string): string {
    const known = this.#store.byOriginal(id);
    if (known !== undefined) return known.short;
    if (this.#isForgotten(id)) return id.slice(0, -FORGOTTEN.length);
    // It looks like one of ours and would be taken for it.
    return this.#isOurs(id) ? this.#add(id, owner) : id;
  }

  #given(id: string, owner: string): string {
    const recent = this.#recent.get(id);
    if (recent !== undefined) return recent;
    const known = this.#store.byOriginal(id);
    if (known !== undefined) {
      this.#store.use(known.short);
      this.#remember(id, known.short);
      return known.short;
    }
    if (id.length <= MOST_ID_CHARS && (this.#isOurs(id) || this.#isForgotten(id))) {
      return this.#add(id, owner);
    }
    return this.#isWorthOne(id) ? this.#add(id, owner) : id;
  }

  #add(original: string, owner: string): string {
    const short = this.#next;
    this.#count++;
    this.#store.add({ short, original, owner }, MOST_LINK_IDS);
    this.#remember(original, short);
    return short;
  }

  #remember(original: string, short: string): void {
    this.#recent.set(original, short);
    for (const [oldest] of this.#recent) {
      if (this.#recent.size <= RECENT_IDS) break;
      this.#recent.delete(oldest);
    }
  }

  /** The id that would be given now. */
  get #next(): string {
    this.#prefix ??= this.#stem + randomId(this.#random, LIFE_CHARS);
    return `${this.#prefix}-${(this.#count + 1).toString(36)}`;
  }

  #isOurs(id: string): boolean {
    return id.startsWith(this.#stem) && GIVEN_ID.test(id);
  }

  #isForgotten(id: string): boolean {
    if (!id.endsWith(FORGOTTEN)) return false;
    const first = id.indexOf(FORGOTTEN);
    return this.#isOurs(id.slice(0, first)) && id === id.slice(0, first).padEnd(id.length, FORGOTTEN);
  }

  /** Whether a short one is given and no longer. What another side gave it understands best as it is. */
  #isWorthOne(id: string): boolean {
    const shortChars = STEM_CHARS + LIFE_CHARS + 1 + (this.#count + 1).toString(36).length;
    const isUsual = id.length >= shortChars && id.length <= MOST_ID_CHARS;
    return this.#isOn && isUsual && !GIVEN_ID.test(id);
  }
}

/**
 * What a stanza's id may be given: a short one; itself, since something in the stanza may depend on what it is; nothing,
 * since it is that of a stanza of somebody else.
 */
function givingOf({ name, attrs, children }: Element): "short" | "full" | "none" {
  if (attrs.type === "error" || (name === "iq" && attrs.type === "result")) return "none";
  if (name !== "message") return "short";
  const isFree = children.every((child) => typeof child === "string" || isHarmless(child.attrs.xmlns));
  return isFree ? "short" : "full";
}

/** The ids that a room or an archive gave to a message: it may have taken the message's own. */
function idsTakenIn({ children }: Element): readonly string[] {
  return children.flatMap((child) =>
    typeof child !== "string" && isArchiveId(child.attrs.xmlns ?? "", child.name)
      ? [child.attrs.id ?? ""]
      : []
  );
}

/** The stanza with its ids changed; itself when none is. */
function changed(stanza: Element, change: Change): Element {
  // In the payload of requests and presence an `id` may be that of anything.
  const children = stanza.name === "message"
    ? stanza.children.map((child) => typeof child === "string" ? child : changedIn(child, "", change))
    : stanza.children;
  return changedOne(stanza, children, "own", change);
}

function changedIn(element: Element, outerNs: string, change: Change): Element {
  const ns = element.attrs.xmlns ?? outerNs;
  const children = element.children.map((child) =>
    typeof child === "string" ? child : changedIn(child, ns, change)
  );
  return changedOne(element, children, placeOf(ns, element.name), change);
}

function changedOne(element: Element, children: readonly Node[], place: Place, change: Change): Element {
  const { id } = element.attrs;
  const newId = id === undefined ? undefined : change(id, place);
  const isSame = newId === id && children.every((child, index) => child === element.children[index]);
  return isSame ? element : copy(element, { attrs: id === undefined ? {} : { id: newId }, children });
}

function placeOf(ns: string, name: string): Place {
  if (isOriginId(ns, name)) return "own";
  return isReference(ns, name) || isInnerStanza(ns, name) ? "reference" : "unknown";
}

function bareOf(address: string | undefined): string {
  return (address ?? "").replace(/\/.*$/s, "");
}
