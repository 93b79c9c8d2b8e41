/** Unit of a time to live (Annex A, section A.2.1.6). */
export const TTL_UNIT_MS = 2_000;
/** Longest time to live, in units: 15 days. */
export const TTL_MOST_UNITS = 648_000;
