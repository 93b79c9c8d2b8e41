import { caches } from "./caches.ts";
import { byDefault, type KeyRule, listOf, mapOf, oneOf, optional, section } from "./field.ts";
import { choice, count, domain, duration, durationOrOff, flag, path, size, timeSpan } from "./leaves.ts";
import { PRECEDENCES } from "./precedence.ts";
import { rules } from "./rules.ts";
import { stanag5066 } from "./stanag5066.ts";
import { tcp } from "./tcp.ts";

const queue = section("Stanzas that wait for the link; what does not fit is answered with an error.", {
  stanzas: count({ about: "Most stanzas that wait.", from: 1, to: 1_000_000, fallback: 5_000 }),
  size: size({
    about: "Most bytes of waiting stanzas, as XML.",
    from: "16KiB",
    to: "1GiB",
    fallback: "8MiB",
  }),
  age: duration({
    about: "Longest wait; then the sender gets `remote-server-timeout`.",
    from: "1s",
    to: "30d",
    fallback: "24h",
  }),
  highest_precedence: choice({
    about:
      "The highest precedence that a sender may claim by XEP-0131 headers; more counts as this. Rules may give any.",
    words: PRECEDENCES,
    fallback: "flash",
  }),
});

const presence = section(
  "How presence crosses, and what is told about the peer's users while the link is down.",
  {
    on_link_down: choice({
      about:
        "`hold`: they stay as last seen for `max_stale`, and who logs in is told since when; `keep`: the same " +
        "without saying since when; `strict`: they go offline after `grace`.",
      words: ["keep", "hold", "strict"],
      fallback: "hold",
    }),
    max_stale: duration({
      about: "How long a presence counts after it was last confirmed, with `keep` and `hold`.",
      from: "1s",
      to: "30d",
      fallback: "30m",
    }),
    grace: duration({
      about: "How long the link may be down before the users are shown offline, with `strict`.",
      from: "1s",
      to: "1d",
      fallback: "1m",
    }),
    after_break: choice({
      about:
        "In profile `xep-0361`, when the link comes up again: `ask`: what was known is asked for anew, contact by contact, " +
        "and what was told is told again when it changes or somebody asks; `trust`: all of it counts, and only what has changed " +
        "crosses. Set on both sides. What was on its way when the link broke may then be missed until it changes again.",
      words: ["ask", "trust"],
      fallback: "ask",
    }),
    damp: duration({
      about:
        "Least time between two changes of one user's presence that cross; each further one in a row waits three " +
        "times as long, up to six times this. Only the newest crosses; that somebody leaves never waits. `0s`: off.",
      from: "0s",
      to: "10m",
      fallback: "20s",
    }),
    by_domain: flag({
      about:
        "In profile `halyard`: presence that all of a user's contacts at the peer may see crosses once for all of " +
        "them, and after a restart one question asks for the presence of all. Both sides need a version that knows it.",
      fallback: true,
    }),
  },
);

const auth = section(
  "Proof, frame by frame, that what crosses comes from the peer; both sides need the same.",
  {
    mode: choice({
      about: "`sign`: readable by all, forged by none; `seal`: enciphered too.",
      words: ["sign", "seal"],
    }),
    key_file: path({ about: "The key that both sides hold, as `halyard key make` writes it." }),
  },
);

const carriers = { tcp, stanag5066 };
const carrier = oneOf("What bears the bytes of the link.", carriers);

/** What carriers there are. */
export const CARRIER_KINDS: readonly string[] = Object.keys(carriers);

const peer = section("The server across a link.", {
  domains: listOf(
    { about: "Domains that the peer speaks for, its own `domain` first.", noun: "XMPP domains", most: 64 },
    domain({ about: "An XMPP domain." }),
  ),
  profile: choice({
    about:
      "Language on the link: `halyard` loses nothing and needs a Halyard on both sides; `xep-0361` is XEP-0361 0.3, which other vendors speak too.",
    words: ["halyard", "xep-0361"],
    fallback: "xep-0361",
  }),
  auth: optional("the peer is known by its address, or by `tls` of a carrier; profile `halyard` only", auth),
  compression: choice({
    about: "`deflate`: one zlib stream each way from the first byte; the peer must have the same setting.",
    words: ["deflate", "none"],
    fallback: "deflate",
  }),
  shorten: flag({
    about:
      "Whether random ids cross as short ones and, with `deflate`, stanzas by what is new in them; profile `halyard` only. The peer may have another setting.",
    fallback: true,
  }),
  rules,
  quiet_hours: byDefault(
    [],
    listOf(
      {
        about: "Parts of each day, UTC, in which nothing is sent and nobody is called; what comes is taken.",
        noun: "parts of the day",
        least: 0,
        most: 16,
      },
      timeSpan({ about: "From one time of the day to another, UTC." }),
    ),
    "none",
  ),
  queue: byDefault({}, queue, "all defaults"),
  tell_waiting: durationOrOff({
    about: "After what wait a sender is told, once in an outage, that and why the message waits; or `off`.",
    from: "1s",
    to: "1d",
    example: "30s",
  }),
  presence: byDefault({}, presence, "all defaults"),
  caches: byDefault({}, caches, "all defaults"),
  carriers: listOf(
    {
      about: "Ways to the peer; the first is preferred, later ones are fall-backs.",
      noun: "carriers",
      most: 8,
    },
    carrier,
  ),
});

/** How a peer may be named: the name stands in commands, logs and metrics. */
export const PEER_NAMES = {
  shown: "<name>",
  pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
  expects: "up to 64 letters, digits, dots, dashes and underscores, a letter or digit first",
} as const satisfies KeyRule;

/** The servers across the links, by names of the operator's choice. */
export const peers = byDefault(
  {},
  mapOf({
    about: "The servers across the links, each under a name of the operator's choice.",
    expects: "a section with one entry for each peer, such as: shore: { domains: [shore.example], ... }",
    keys: PEER_NAMES,
  }, peer),
  "none",
);
