import type { CarrierKind, Coding } from "../frame.ts";

/** What may go wrong, each as its chance at a step. */
export interface Mishaps {
  readonly kind: CarrierKind;
  /** Of what the ship sends, 1 unless given; the shore's is always 1. */
  readonly coding?: Coding;
  readonly cut: number;
  readonly crash: number;
  /** An older backup is put back. */
  readonly restore: number;
  /** Of a block: that it is lost, comes twice, or changes place with the next. */
  readonly lost?: number;
  readonly twice?: number;
  readonly swapped?: number;
  /** The carrier confirms all it has for a side without handing it over. */
  readonly away?: number;
}

/** The kinds of run, by name. */
export const KINDS: Readonly<Record<string, Mishaps>> = {
  "a good link": { kind: "stream", cut: 0, crash: 0, restore: 0 },
  "a link that keeps breaking": { kind: "stream", cut: 0.05, crash: 0, restore: 0 },
  "cuts and crashes": { kind: "stream", cut: 0.03, crash: 0.02, restore: 0 },
  "cuts, crashes and backups put back": { kind: "stream", cut: 0.02, crash: 0.01, restore: 0.01 },
  "good blocks": { kind: "block", cut: 0, crash: 0, restore: 0 },
  "blocks that are lost, late and repeated": {
    kind: "block",
    cut: 0.03,
    crash: 0,
    restore: 0,
    lost: 0.1,
    twice: 0.1,
    swapped: 0.1,
  },
  "blocks and crashes": {
    kind: "block",
    cut: 0.02,
    crash: 0.02,
    restore: 0,
    lost: 0.05,
    twice: 0.05,
    swapped: 0.05,
  },
  "blocks that are confirmed and not handed over": {
    kind: "block",
    cut: 0.02,
    crash: 0,
    restore: 0,
    lost: 0.05,
    twice: 0.05,
    swapped: 0.05,
    away: 0.04,
  },
  "blocks that are confirmed and not handed over, and crashes": {
    kind: "block",
    cut: 0.02,
    crash: 0.02,
    restore: 0,
    lost: 0.05,
    twice: 0.05,
    swapped: 0.05,
    away: 0.04,
  },
  "blocks, crashes and backups put back": {
    kind: "block",
    cut: 0.02,
    crash: 0.01,
    restore: 0.01,
    lost: 0.05,
    twice: 0.05,
    swapped: 0.05,
  },
};

/** The same with shortened text; the other side speaks as it did before there was such. */
export const SHORTENED: Readonly<Record<string, Mishaps>> = Object.fromEntries(
  Object.entries(KINDS).map(([name, mishaps]) => [`${name}, shortened`, { ...mishaps, coding: 2 }]),
);
