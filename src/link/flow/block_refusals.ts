import type { Core } from "./core.ts";
import type { Refusal, RefusalReason } from "./frame.ts";

/** How long a refusal that was brought over is given to work before it is said again. */
export const REFUSAL_AGAIN_MS = 5 * 60_000;

/** What a receiver on a block carrier has to say of blocks that it could not take (section 5.3). */
export class BlockRefusals {
  readonly #core: Core;
  /** To be said with the next block. */
  #due: Refusal | undefined;
  /** When one was last said, and why. */
  #saidAtMs: number | undefined;
  #saidReason: RefusalReason | undefined;
  /** What was said last was for what the carrier could not hand us, and nothing new has come since. */
  #saidMissed = false;
  /** When one was last put into a block, worked or not. */
  #handedAtMs: number | undefined;
  /** When one was last said again since the other side has refused something too. */
  #saidAgainAtMs: number | undefined;
  /** When it is said once more, since a refusal that came did not count; once until something new has come. */
  #repeatAtMs: number | undefined;
  #isRepeated = false;
  /** A block was dropped without a word, since a refusal had just been said. */
  #owed: Refusal | undefined;

  constructor(core: Core) {
    this.#core = core;
  }

  /** What is to be said, as it stands by now: more may have come since. */
  get due(): Refusal | undefined {
    const due = this.#due;
    return due === undefined || due.reason === "retired" ? due : this.#core.receiver.refusal(due.reason);
  }

  /** When what is owed is to be said; monotonic. */
  get dueMs(): number | undefined {
    if (this.#owed === undefined || this.#saidAtMs === undefined) return this.#repeatAtMs;
    return Math.min(this.#saidAtMs + REFUSAL_AGAIN_MS, this.#repeatAtMs ?? Number.POSITIVE_INFINITY);
  }

  /** A block is refused. Says so once; a refusal that was brought over is given time to work. */
  refuse(refusal: Refusal, nowMs: number): void {
    const isRecent = this.#saidAtMs !== undefined && nowMs - this.#saidAtMs < REFUSAL_AGAIN_MS;
    // Behind a block that was refused for another reason all others are unknown.
    if (isRecent && (refusal.reason === this.#saidReason || refusal.reason === "unknown")) {
      if (this.#owed === undefined || refusal.reason !== "unknown") this.#owed = refusal;
      return;
    }
    this.#saidAtMs = nowMs;
    this.#saidReason = refusal.reason;
    this.#saidAgainAtMs = undefined;
    this.#due = refusal;
    this.#core.events.resynchronised("refused", 0);
  }

  /** The carrier may have confirmed what it could not hand us: the sender is to go back to what we have. */
  sayMissed(): void {
    this.#saidAgainAtMs = undefined;
    this.#sayUnknown();
  }

  /** A new process has said what it has. The other side may end without having heard it. */
  saidByHello(): void {
    this.#saidMissed = true;
  }

  /** Time has passed: what is owed may be due. */
  wake(nowMs: number): void {
    if (this.dueMs === undefined || nowMs < this.dueMs) return;
    if (this.#repeatAtMs !== undefined && nowMs >= this.#repeatAtMs) this.#repeat(nowMs);
    else this.sayOwed(nowMs);
  }

  sayOwed(nowMs: number): void {
    if (this.#owed === undefined) return;
    this.#due ??= this.#owed;
    this.#saidReason = this.#due.reason;
    this.#owed = undefined;
    this.#saidAtMs = nowMs;
  }

  /** The sender's process is another one, which may not have stored what was refused. */
  sayAgain(): void {
    if (this.#saidAtMs === undefined && !this.#saidMissed) return;
    this.#due ??= this.#core.receiver.refusal(this.#saidReason ?? "unknown");
  }

  /**
   * The other side refuses, perhaps since it could not be handed something: what we refused may have been among that.
   * Only the first of its refusals in a while counts, so that two refusals never go on to cause one another.
   */
  hear(nowMs: number): void {
    if (this.#saidAgainAtMs !== undefined && nowMs - this.#saidAgainAtMs < REFUSAL_AGAIN_MS) {
      // Perhaps ours was among what it could not be handed, and nothing else comes that would show it.
      const isOpen = this.#saidMissed && this.#core.receiver.received > 0;
      if (isOpen && !this.#isRepeated) this.#repeatAtMs ??= this.#saidAgainAtMs + REFUSAL_AGAIN_MS;
      return;
    }
    this.#saidAgainAtMs = nowMs;
    // News that came meanwhile may have been under way before: they do not prove that the refusal was heard.
    const isRecent = this.#handedAtMs !== undefined && nowMs - this.#handedAtMs < REFUSAL_AGAIN_MS;
    if (isRecent) this.#sayUnknown();
    else this.sayAgain();
  }

  /** News have come: what was refused works. */
  worked(): void {
    if (this.#due !== undefined) return;
    this.#saidAtMs = undefined;
    this.#saidMissed = false;
    this.#repeatAtMs = undefined;
    this.#isRepeated = false;
  }

  /** What was due is in a block. */
  handedOver(nowMs: number): void {
    if (this.#due !== undefined) this.#handedAtMs = nowMs;
    this.#due = undefined;
  }

  /**
   * Its block failed. That nothing is known here, not even a flow, was said for the case that the other side has sent
   * something; as it cannot be reached, the next block of it will show as well.
   */
  failed(refusal: Refusal | undefined): void {
    const isBlank = refusal?.reason === "unknown" && refusal.incarnation.every((octet) => octet === 0);
    if (!isBlank || this.#saidAtMs !== undefined) this.#due ??= refusal;
  }

  #repeat(nowMs: number): void {
    this.#repeatAtMs = undefined;
    this.#isRepeated = true;
    this.#saidAgainAtMs = nowMs;
    this.#sayUnknown();
  }

  #sayUnknown(): void {
    this.#due ??= this.#core.receiver.refusal("unknown");
    this.#saidMissed = true;
  }
}
