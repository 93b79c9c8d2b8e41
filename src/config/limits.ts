import { byDefault, section } from "./field.ts";
import { choice, count, duration, size } from "./leaves.ts";

/** Bounds on what others can make the server hold. */
export const limits = byDefault(
  {},
  section("Bounds on what others can make the server hold.", {
    stanza_size: size({
      about:
        "Most bytes of one stanza; larger ones end the stream (RFC 6120 section 13.12 asks for 10,000 at least).",
      from: "10000B",
      to: "64MiB",
      fallback: "256KiB",
    }),
    stanza_depth: count({ about: "Most levels of elements in a stanza.", from: 8, to: 1_000, fallback: 64 }),
    stanza_attributes: count({ about: "Most attributes on one element.", from: 8, to: 1_000, fallback: 64 }),
    stanza_elements: count({ about: "Most elements in a stanza.", from: 64, to: 1_000_000, fallback: 8_192 }),
    unauthenticated_size: size({
      about: "Most bytes that a client may send in all before it has logged in.",
      from: "4KiB",
      to: "1MiB",
      fallback: "64KiB",
    }),
    negotiation_time: duration({
      about: "Longest time from a client's connection to the end of its log-in.",
      from: "1s",
      to: "1h",
      fallback: "30s",
    }),
    sessions_per_account: count({
      about: "Most clients of one account at a time.",
      from: 1,
      to: 1_000,
      fallback: 16,
    }),
    connections: count({ about: "Most client connections in all.", from: 1, to: 1_000_000, fallback: 5_000 }),
    connections_per_address: count({
      about: "Most client connections from one IP address.",
      from: 1,
      to: 1_000_000,
      fallback: 64,
    }),
    offline_messages: count({
      about: "Most messages kept for one account while it is away.",
      from: 0,
      to: 1_000_000,
      fallback: 1_000,
    }),
    offline_size: size({
      about: "Most bytes of messages kept for one account while it is away.",
      from: "0B",
      to: "1GiB",
      fallback: "4MiB",
    }),
    vcard_size: size({
      about: "Most bytes of the vCard of one account (XEP-0054), photo included; `0B`: none is kept.",
      from: "0B",
      to: "16MiB",
      fallback: "64KiB",
    }),
    roster_items: count({ about: "Most contacts in one roster.", from: 1, to: 100_000, fallback: 1_000 }),
    unsent_size: size({
      about: "Most bytes that wait for one client that does not read; then its stream is ended.",
      from: "64KiB",
      to: "1GiB",
      fallback: "1MiB",
    }),
  }),
  "all defaults",
);

/** What the server writes about itself on standard error. */
export const log = byDefault(
  {},
  section("What the server writes about itself.", {
    level: choice({
      about: "Least severity that is written.",
      words: ["debug", "info", "warn", "error"],
      fallback: "info",
    }),
    format: choice({
      about: "`text` for people, `json` for programs; one event a line.",
      words: ["text", "json"],
      fallback: "text",
    }),
  }),
  "all defaults",
);
