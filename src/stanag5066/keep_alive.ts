import { KEEP_ALIVE_ANSWER_MS, KEEP_ALIVE_SPACING_MS } from "./sis_timing.ts";

/**
 * Which S_KEEP_ALIVE to answer (Annex A, section A.2.1.17). Question and answer are the same octets, so two sides that
 * answer all of them would do so for ever. We never ask; so each that comes is a question, or an answer to our answer,
 * and the spacing tells them apart. It is shortened by the time that an answer may take on its way: a server that asks
 * every 120 s on its own clock must not be left without an answer because the last one was slow.
 */
export class KeepAlive {
  #lastMs: number | undefined;

  /** @returns whether to answer the one that has come now */
  came(nowMs: number): boolean {
    const isTooSoon = this.#lastMs !== undefined &&
      nowMs - this.#lastMs < KEEP_ALIVE_SPACING_MS - KEEP_ALIVE_ANSWER_MS;
    if (!isTooSoon) this.#lastMs = nowMs;
    return !isTooSoon;
  }
}
