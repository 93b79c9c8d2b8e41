import * as z from "zod/mini";
import { STANZA_ERROR_CONDITIONS } from "../stanza/mod.ts";
import { byDefault, type Field, listOf, optional, PLAIN, section, type ValueOf } from "./field.ts";
import { choice, duration, size } from "./leaves.ts";
import { PRECEDENCES } from "./precedence.ts";

/** What a rule can answer: an error, or what the cache of the peer holds. */
export const ANSWERS = [...STANZA_ERROR_CONDITIONS, "cached"] as const;

/** Most values where a rule takes several. */
const MOST_VALUES = 64;

/** One value, or a list of them; the server gets a list. */
function oneOrMany<T>(noun: string, of: Field<T, "">): Field<readonly T[], ""> {
  const list = listOf({ about: of.about, noun, most: MOST_VALUES }, of);
  const one = z.pipe(of.schema, z.transform((value): readonly T[] => [value]));
  return {
    ...list,
    schema: z.union([one, list.schema]),
    type: `${of.type}, or a list`,
    expects: `${of.expects}, or a list of them`,
  };
}

/** A text that is taken as it is, within bounds. */
function text(options: {
  readonly about: string;
  readonly type: string;
  readonly expects: string;
  readonly pattern: RegExp;
}): Field<string, ""> {
  const { about, type, expects, pattern } = options;
  return { ...PLAIN, schema: z.string().check(z.regex(pattern)), about, type, expects };
}

const always = (about: string): Field<true, ""> => ({
  ...PLAIN,
  schema: z.literal(true),
  about,
  type: "`true`",
  expects: "only true",
});

const jids = (about: string) =>
  oneOrMany(
    "addresses",
    text({
      about,
      type: "address with `*`",
      expects: 'an address in which * stands for any part, such as "ops@ship.example" or "*@ship.example"',
      pattern: /^[^\s]{1,1023}$/,
    }),
  );

const children = (about: string) =>
  text({
    about,
    type: "child",
    expects:
      'a child element by its namespace ("urn:xmpp:eme:0", or "urn:xmpp:omemo:*"), by its name (body), or by both ("{urn:xmpp:hints}store")',
    pattern: /^[^\s]{1,512}$/,
  });

/** The types that stanzas of one kind alone have, as a rule names them. */
export const OWN_TYPES = {
  message: ["normal", "chat", "groupchat", "headline"],
  presence: [
    "available",
    "unavailable",
    "subscribe",
    "subscribed",
    "unsubscribe",
    "unsubscribed",
    "probe",
  ],
  iq: ["get", "set", "result"],
} as const;

const types = [...OWN_TYPES.message, ...OWN_TYPES.presence, ...OWN_TYPES.iq, "error"] as const;

const match = section("Which stanzas the rule is for; all that is named has to be true. All when empty.", {
  kind: optional(
    "any",
    oneOrMany(
      "kinds",
      choice({ about: "Kind of stanza.", words: ["message", "presence", "iq"] }),
    ),
  ),
  type: optional(
    "any",
    oneOrMany(
      "types",
      choice({ about: "Type; a message without is `normal`, presence `available`.", words: types }),
    ),
  ),
  from: optional(
    "anybody",
    jids("Sender, without `/` in it by its bare address, without `@` by its domain."),
  ),
  to: optional("anybody", jids("Addressee, in the same way.")),
  child: optional(
    "any or none",
    oneOrMany("child elements", children("A direct child by its namespace, its name, or both.")),
  ),
  show: optional(
    "any or none",
    oneOrMany("words", choice({ about: "What presence shows.", words: ["away", "chat", "dnd", "xa"] })),
  ),
  size: optional(
    "any",
    size({ about: "Least size as XML.", from: "1B", to: "64MiB", example: "2KiB" }),
  ),
  precedence: optional(
    "any",
    oneOrMany(
      "levels",
      choice({ about: "Level that the sender claims, as far as he may.", words: PRECEDENCES }),
    ),
  ),
  carrier: optional(
    "any or none",
    oneOrMany(
      "carriers",
      text({
        about: "The carrier in use by its kind, or its place in `carriers`, from 1.",
        type: "carrier",
        expects: 'a carrier by its kind, or its place in `carriers`, such as tcp or "2"',
        pattern: /^[A-Za-z0-9._-]{1,64}$/,
      }),
    ),
  ),
});

const childList = (about: string, least: number) =>
  listOf({ about, noun: "child elements", least, most: MOST_VALUES }, children("A child element."));

/** One rule as an operator writes it. */
export const rule = section("A rule: what it is for, and what it does.", {
  name: optional(
    "its place in the list",
    text({
      about: "What `status`, `explain` and metrics call it.",
      type: "name",
      expects: "up to 64 letters, digits, dots, dashes and underscores, a letter first",
      pattern: /^[A-Za-z][A-Za-z0-9._-]{0,63}$/,
    }),
  ),
  direction: choice({
    about: "`out` to the peer, `in` from it, or `both`.",
    words: ["out", "in", "both"],
    fallback: "out",
  }),
  match: byDefault({}, match, "every stanza"),
  allow: optional("", always("Crosses, whatever `drop` or `answer` of a later rule says.")),
  drop: optional("", always("Does not cross; a request is answered with `service-unavailable`.")),
  answer: optional(
    "",
    choice({
      about: "Does not cross; the sender of a request or message gets this error. `cached`: a request for " +
        "something gets what was last answered to it, however old, and all else `service-unavailable`.",
      words: ANSWERS,
    }),
  ),
  keep: optional("", childList("Only these children of a message cross.", 0)),
  strip: optional("", childList("These children of a message or of presence do not cross.", 0)),
  "fold-presence": optional(
    "",
    choice({
      about:
        "How much of presence crosses: `full`; `show-and-status`; `online-offline`; `none`, then only its end.",
      words: ["full", "show-and-status", "online-offline", "none"],
    }),
  ),
  precedence: optional("", choice({ about: "The level in which it waits.", words: PRECEDENCES })),
  expire: optional(
    "",
    duration({
      about: "How long it may wait before it is worthless.",
      from: "1s",
      to: "30d",
      example: "10m",
    }),
  ),
  hold: optional(
    "",
    duration({
      about:
        "How long a message or presence may wait for company; it leaves with the next stanza that leaves.",
      from: "1s",
      to: "1d",
      example: "10m",
    }),
  ),
});

/** One rule as it was read. */
export type RuleFields = ValueOf<typeof rule>;

/** The actions of a rule: at least one has to be there. */
export const ACTIONS = [
  "allow",
  "drop",
  "answer",
  "keep",
  "strip",
  "fold-presence",
  "precedence",
  "expire",
  "hold",
] as const;
