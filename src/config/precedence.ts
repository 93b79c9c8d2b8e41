/** Levels by which what waits for a link is ordered, the lowest first: what is not marked is `routine`. */
export const PRECEDENCES = ["routine", "priority", "immediate", "flash"] as const;

/** One of them. */
export type Precedence = typeof PRECEDENCES[number];
