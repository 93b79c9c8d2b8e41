import type { AnswerStore, CachedAnswer } from "../storage/mod.ts";
import { ownText, textSizeBytes } from "../xml/mod.ts";
import type { CachePolicy, StoredKind } from "./policy.ts";

/** What of somebody's answers has become worthless. */
export interface Change {
  /** Whose answers: a bare JID stands for its resources too when `withResources` is set. */
  readonly address: string;
  readonly withResources?: boolean;
  readonly kinds: readonly StoredKind[];
  /** Answers with this tag are still true; undefined: none are. */
  readonly unlessTag?: string;
}

/** What of a policy bounds what is kept. */
type KnownPolicy = Pick<CachePolicy, "entries" | "sizeBytes" | "keepsOld">;

/**
 * The answers kept for one peer: an index in memory, the texts in the store. Bounded; of what is too much the longest
 * unused goes (over a restart: what would have expired first).
 */
export class KnownAnswers {
  readonly #peer: string;
  readonly #policy: KnownPolicy;
  readonly #store: AnswerStore;
  /** By key, in the order of their last use. */
  readonly #index = new Map<string, CachedAnswer>();
  /** Keys by bare address. */
  readonly #byAddress = new Map<string, Set<string>>();
  #sizeBytes = 0;

  constructor(peer: string, policy: KnownPolicy, store: AnswerStore) {
    this.#peer = peer;
    this.#policy = policy;
    this.#store = store;
    for (const answer of store.list(peer)) this.#add(answer);
    this.#makeRoom();
  }

  get entries(): number {
    return this.#index.size;
  }

  /** Size of all answers, as XML. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** An answer that still counts. @returns its text */
  read(key: string, nowMs: number): string | undefined {
    const answer = this.#index.get(key);
    if (answer === undefined) return undefined;
    if (answer.expiresMs > nowMs) return this.readAny(key);
    if (!this.#policy.keepsOld) this.#drop([key]);
    return undefined;
  }

  /** An answer, however old. @returns its text */
  readAny(key: string): string | undefined {
    const answer = this.#index.get(key);
    if (answer === undefined) return undefined;
    this.#index.delete(key);
    this.#index.set(answer.key, answer);
    return this.#store.read(this.#peer, key);
  }

  /** Keeps an answer; one that alone exceeds the bound is not kept. */
  put(answer: Omit<CachedAnswer, "sizeBytes">, xml: string): void {
    const { key, address, tag } = answer;
    const sizeBytes = textSizeBytes(xml);
    if (sizeBytes > this.#policy.sizeBytes) return;
    this.#drop([key]);
    // Kept long, so it must not hold on to all that was read with it.
    const own = { ...answer, key: ownText(key), address: ownText(address), tag: ownText(tag), sizeBytes };
    this.#store.put(this.#peer, own, xml);
    this.#add(own);
    this.#makeRoom();
  }

  /** Forgets what a change made worthless. @returns how many answers that were */
  void({ address, withResources = false, kinds, unlessTag }: Change): number {
    const keys = [...this.#byAddress.get(bareOf(address)) ?? []].filter((key) => {
      const answer = this.#index.get(key);
      if (answer === undefined || !(kinds as readonly string[]).includes(answer.kind)) return false;
      return (withResources || answer.address === address) && answer.tag !== unlessTag;
    });
    this.#drop(keys);
    return keys.length;
  }

  #add(answer: CachedAnswer): void {
    this.#index.set(answer.key, answer);
    const bare = bareOf(answer.address);
    this.#byAddress.set(bare, (this.#byAddress.get(bare) ?? new Set()).add(answer.key));
    this.#sizeBytes += answer.sizeBytes;
  }

  #drop(keys: readonly string[]): void {
    const dropped = keys.filter((key) => this.#forget(key));
    if (dropped.length > 0) this.#store.remove(this.#peer, dropped);
  }

  #forget(key: string): boolean {
    const answer = this.#index.get(key);
    if (answer === undefined) return false;
    this.#index.delete(key);
    this.#sizeBytes -= answer.sizeBytes;
    const bare = bareOf(answer.address);
    const keys = this.#byAddress.get(bare);
    keys?.delete(key);
    if (keys?.size === 0) this.#byAddress.delete(bare);
    return true;
  }

  #makeRoom(): void {
    const { entries, sizeBytes } = this.#policy;
    const victims: string[] = [];
    let [left, leftBytes] = [this.#index.size, this.#sizeBytes];
    for (const answer of this.#index.values()) {
      if (left <= entries && leftBytes <= sizeBytes) break;
      victims.push(answer.key);
      left--;
      leftBytes -= answer.sizeBytes;
    }
    this.#drop(victims);
  }
}

function bareOf(address: string): string {
  const slash = address.indexOf("/");
  return slash < 0 ? address : address.slice(0, slash);
}
