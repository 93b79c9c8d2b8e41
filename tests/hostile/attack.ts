import { concat } from "../../src/base/mod.ts";
import type { StreamErrorCondition } from "../../src/stanza/mod.ts";
import type { Dice } from "../support/dice.ts";

/**
 * How a connection ended.
 *
 * - a condition: the server sent that stream error and closed the stream;
 * - `closed`: it closed the stream in good order;
 * - `cut`: the connection ended without a word;
 * - `open`: it did not end.
 */
export type Outcome = StreamErrorCondition | "closed" | "cut" | "open";

/** What an attacker does next: sends bytes, waits to read a text, or waits. */
export type Step = Uint8Array | { readonly until: string } | { readonly pauseMs: number };

/** One connection with bad intentions. */
export interface Attack {
  readonly listener: "plaintext" | "starttls" | "tls";
  /** Whether it logs in first, as anybody with an account can. */
  readonly loggedIn: boolean;
  readonly steps: Iterable<Step>;
  /** Ends its own side of the connection after the last step. */
  readonly halfCloses: boolean;
  /**
   * - `slow`: takes seconds by its nature, because it waits for a time limit of the server;
   * - `heavy`: keeps the server busy for a while, as one of its clients may, so it is not repeated.
   */
  readonly pace: "quick" | "slow" | "heavy";
  /** Never reads what the server sends. */
  readonly deaf: boolean;
  /** The outcomes that are right; any stream error is when empty. */
  readonly right: readonly Outcome[];
}

/** Kinds of attack by name; each makes another one with each throw of the dice. */
export type Kinds = Readonly<Record<string, (dice: Dice) => Attack>>;

export const HEADER =
  "<?xml version='1.0'?><stream:stream to='ship.example' version='1.0' xmlns='jabber:client' " +
  "xmlns:stream='http://etherx.jabber.org/streams'>";

const DEFAULTS: Omit<Attack, "steps" | "right"> = {
  listener: "plaintext",
  loggedIn: false,
  halfCloses: false,
  pace: "quick",
  deaf: false,
};

/** An attack in which only what matters is said. */
export function attack(
  steps: Iterable<Step>,
  right: readonly Outcome[],
  options: Partial<Attack> = {},
): Attack {
  return { ...DEFAULTS, steps, right, ...options };
}

/** The same, with a stream opened first. */
export function onStream(steps: Iterable<Step>, right: readonly Outcome[]): Attack {
  return attack(behindHeader(steps), right);
}

function* behindHeader(steps: Iterable<Step>): Iterable<Step> {
  yield utf8(HEADER);
  yield* steps;
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return concat(parts);
}
