import type { Clock } from "../base/mod.ts";
import { errorReply } from "../router/mod.ts";
import { type Stanza, stanzaOf } from "../stanza/mod.ts";
import type { AnswerStore } from "../storage/mod.ts";
import {
  copy,
  type Element,
  elementSizeBytes,
  elementsOf,
  ownText,
  readKeptXml,
  withAttrs,
  writeXml,
  xml,
} from "../xml/mod.ts";
import { announcedVer, changesIn } from "./changes.ts";
import { type Change, KnownAnswers } from "./known.ts";
import { type Pending, PendingRequests } from "./pending.ts";
import type { CachePolicy, StoredKind } from "./policy.ts";
import { type Audience, capabilitiesKey, type Question, questionOf } from "./question.ts";
import type { CacheTally } from "./tally.ts";
import { type Worth, worthOf } from "./worth.ts";

/** Capabilities hashes remembered, by full JID; the longest unheard go first. */
const MOST_VERS = 10_000;
/** Marks what the cache says in the name of others. */
const CACHE = { kind: "local", name: "cache" } as const;

/** What the cache of one peer stands on. */
export interface PeerCacheOptions {
  readonly peer: string;
  readonly policy: CachePolicy;
  readonly store: AnswerStore;
  readonly clock: Clock;
  readonly tally: CacheTally;
  readonly route: (stanza: Stanza) => void;
  /** Whether the sender of a request sees the presence of its addressee, by his roster. */
  readonly sees: (request: Stanza) => boolean;
}

/**
 * The answers of one peer's side that are kept here, and the requests on their way there. It answers what it can in
 * the addressee's name; of equal requests only the first crosses.
 *
 * Whom an answer may serve is decided when it is used: see `Audience`, and `docs/link.md`.
 */
export class PeerCache {
  readonly #options: PeerCacheOptions;
  readonly #known: KnownAnswers;
  readonly #pending: PendingRequests;
  /** What presence announced, by full JID, the longest unheard first. */
  readonly #vers = new Map<string, string>();

  constructor(options: PeerCacheOptions) {
    const { peer, policy, store, clock } = options;
    this.#options = options;
    this.#known = new KnownAnswers(peer, policy, store);
    this.#pending = new PendingRequests(clock, policy.waitMs, (pending) => this.#timedOut(pending));
  }

  get entries(): number {
    return this.#known.entries;
  }

  get sizeBytes(): number {
    return this.#known.sizeBytes;
  }

  /** Takes a request to the peer's side. @returns whether it is answered, or will be; if not, it has to cross */
  ask(request: Stanza): boolean {
    const question = questionOf(request);
    if (question === undefined || this.#options.policy.lifeMs[question.kind] === 0) return false;
    if (this.#pending.has(request)) return false;
    const answer = this.#find(question, request);
    if (answer !== undefined) {
      this.#options.route(this.#answer(question, request, answer, "hits"));
      return true;
    }
    const group = this.#group(question, request);
    if (this.#pending.join(request, group)) return true;
    this.#cross(question, request, group);
    return false;
  }

  /** Takes the answer to a request that has crossed. @returns false when it is none */
  answered(answer: Stanza): boolean {
    const pending = this.#pending.take(answer);
    if (pending === undefined) return false;
    const { question, request, waiting, isVoid } = pending;
    const isTheirs = answer.origin.kind === "link";
    if (isTheirs) this.#options.tally.count(question.kind, "asked");
    const worth = isTheirs ? worthOf(question, answer.element) : undefined;
    if (worth !== undefined && !isVoid) this.#keep(question, request, answer.element, worth);
    this.#options.route(answer);
    // What the link says itself, such as that its queue is full, is said to everybody. What it answers out of what is
    // kept here is for whom it was kept.
    const audience = isTheirs
      ? this.#audience(worth?.audience ?? "subscribers", request)
      : answer.type === "error"
      ? "all"
      : "account";
    for (const other of waiting) {
      if (!this.#serves(audience, request, other)) this.#askAgain(question, other);
      else this.#options.route(this.#answer(question, other, answer.element, "merged"));
    }
    return true;
  }

  /** What was last answered to such a request, and may be told to its sender, however old; refusals are not. */
  last(request: Stanza): Stanza | undefined {
    const question = questionOf(request);
    if (question === undefined || this.#options.policy.lifeMs[question.kind] === 0) return undefined;
    for (const place of this.#places(question, request)) {
      const text = this.#known.readAny(place);
      const answer = text === undefined ? undefined : readKeptXml(text);
      if (answer?.attrs.type === "result") return this.#answer(question, request, answer, "hits");
    }
    return undefined;
  }

  /** Looks at a stanza that passes between here and the peer's side: it may tell that something has changed there. */
  notice(stanza: Stanza): void {
    for (const change of changesIn(stanza)) this.#void(change);
    if (stanza.kind === "presence") this.#noteVer(stanza);
  }

  /** Lets go of the clock; for the end of the server. */
  stop(): void {
    this.#pending.stop();
  }

  #find(question: Question, request: Stanza): Element | undefined {
    const nowMs = this.#options.clock.nowMs();
    for (const place of this.#places(question, request)) {
      const text = this.#known.read(place, nowMs);
      const answer = text === undefined ? undefined : readKeptXml(text);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }

  /** Where an answer may be kept that this request may have. */
  #places(question: Question, request: Stanza): string[] {
    const sees = this.#options.sees(request);
    // Others were told it before the policy was changed, perhaps.
    const isShared = sees && this.#options.policy.share === "subscribers";
    const audiences: Audience[] = isShared ? ["all", "subscribers", "account"] : ["all", "account"];
    const places = audiences.map((audience) => placeOf(question, audience, request));
    const { kind, node, address } = question;
    const ver = kind === "client-info" && node === undefined && sees
      ? this.#vers.get(address.toString())
      : undefined;
    return ver === undefined ? places : [placeOfVer(ver), ...places];
  }

  /** The widest audience of an answer to a request, given what the answer itself allows. */
  #audience(allowed: Audience, request: Stanza): Audience {
    if (allowed !== "subscribers") return allowed;
    return this.#options.policy.share === "subscribers" && this.#options.sees(request)
      ? "subscribers"
      : "account";
  }

  #serves(audience: Audience, request: Stanza, other: Stanza): boolean {
    if (audience === "all" || other.from.bare.equals(request.from.bare)) return true;
    return audience === "subscribers" && this.#options.sees(other);
  }

  /** Under what equal requests find one another whose answer will, most likely, be one for all of them. */
  #group(question: Question, request: Stanza): string {
    const audience = this.#audience(question.audience, request);
    // A room may turn out to be a public one.
    const mayBeRoom = audience === "account" && question.kind === "client-info" && question.address.isBare;
    return mayBeRoom ? `${question.key}\n?` : placeOf(question, audience, request);
  }

  /** Counted when it is answered: a rule, or the queue, may keep it from crossing. */
  #cross(question: Question, request: Stanza, group: string | undefined): void {
    if (!this.#pending.add(question, request, group)) this.#options.tally.count(question.kind, "asked");
  }

  /** The answer for which a request waited is not for its sender: it crosses now. */
  #askAgain(question: Question, request: Stanza): void {
    // In no group: it would wait for the next of its kind, and the last of many for a long time.
    this.#cross(question, request, undefined);
    // It comes back to `ask`, which lets it pass.
    this.#options.route(request);
  }

  #keep(question: Question, request: Stanza, answer: Element, worth: Worth): void {
    const { lifeMs, errorsMs } = this.#options.policy;
    const audience = this.#audience(worth.audience, request);
    const isProven = question.kind === "capabilities" && audience === "all";
    // What only one client says of itself goes with its session.
    const kind: StoredKind = question.kind === "capabilities" && !isProven ? "client-info" : question.kind;
    const text = keptText(answer);
    const life = answer.attrs.type === "error" ? errorsMs : lifeMs[kind];
    this.#put(
      kind,
      placeOf(question, audience, request),
      isProven ? "" : question.address.toString(),
      worth.tag,
      life,
      text,
    );
    if (worth.ver === undefined || isProven || question.kind === "disco") return;
    // It was not asked for by this hash, but has it all the same.
    this.#put("capabilities", placeOfVer(worth.ver), "", "", lifeMs.capabilities, text);
  }

  #put(kind: StoredKind, key: string, address: string, tag: string, lifeMs: number, text: string): void {
    if (lifeMs === 0) return;
    const expiresMs = this.#options.clock.nowMs() + lifeMs;
    this.#known.put({ key, kind, address, tag, expiresMs }, text);
  }

  /** The answer to a request by what was answered to another one, or earlier. */
  #answer(question: Question, request: Stanza, given: Element, how: "hits" | "merged"): Stanza {
    const [payload, ...more] = elementsOf(given);
    const isInfo = payload !== undefined &&
      (question.kind === "capabilities" || question.kind === "client-info" ||
        question.kind === "disco") &&
      given.attrs.type === "result";
    const children = isInfo ? [withAttrs(payload, { node: question.node }), ...more] : given.children;
    const element = xml("iq", { type: given.attrs.type, id: request.id }, ...children);
    const savedBytes = elementSizeBytes(request.element) + elementSizeBytes(element);
    this.#options.tally.count(question.kind, how, savedBytes);
    return stanzaOf(element, request.to, request.from, CACHE, this.#options.clock.nowMs());
  }

  #timedOut({ question, request, waiting }: Pending): void {
    this.#options.tally.count(question.kind, "asked");
    for (const one of [request, ...waiting]) {
      const reply = errorReply(one, { condition: "remote-server-timeout" });
      if (reply !== undefined) this.#options.route(reply);
    }
  }

  #void(change: Change): void {
    this.#pending.void(change);
    this.#options.tally.addVoided(this.#known.void(change));
  }

  /** Another hash says that the software is another one. */
  #noteVer(presence: Stanza): void {
    const from = presence.from.toString();
    const before = this.#vers.get(from);
    const ver = presence.type === "" ? announcedVer(presence) ?? before : undefined;
    this.#vers.delete(from);
    if (ver === undefined) return;
    if (before !== undefined && ver !== before) this.#void({ address: from, kinds: ["version"] });
    this.#vers.set(ownText(from), ownText(ver));
    const [oldest] = this.#vers.keys();
    if (this.#vers.size > MOST_VERS && oldest !== undefined) this.#vers.delete(oldest);
  }
}

function placeOf({ key, address }: Question, audience: Audience, { from }: Stanza): string {
  switch (audience) {
    case "all":
      return `${key}\n*`;
    case "subscribers":
      return `${key}\n+${address}`;
    case "account":
      return `${key}\n=${from.bare}\n${address}`;
  }
}

function placeOfVer(ver: string): string {
  return `${capabilitiesKey(ver)}\n*`;
}

/** An answer as it is kept: without addresses, id, and the node that was asked for. */
function keptText(answer: Element): string {
  const children = answer.children.map((child) =>
    typeof child === "string" || child.attrs.node === undefined
      ? child
      : withAttrs(child, { node: undefined })
  );
  const bare = copy(answer, { attrs: { id: undefined, from: undefined, to: undefined }, children });
  return writeXml(bare);
}
