import * as z from "zod/mini";
import { byDefault, type Field, listOf } from "./field.ts";
import { choice } from "./leaves.ts";

/** What a link can do to a stanza before it is queued; the code of each is in `link/rules/`. */
export const RULE_NAMES = ["drop-chat-states", "fold-presence", "strip-xhtml-im"] as const;

/** One of them. */
export type RuleName = typeof RULE_NAMES[number];

/**
 * Named lists of rules for the usual kinds of link, in the order in which they run.
 *
 * - `none`: stanzas cross as they are.
 * - `satcom`: enough bytes, long delay: only formatting that the plain body repeats is taken out.
 * - `hf`: every byte counts.
 */
export const RULE_PRESETS = {
  none: [],
  satcom: ["strip-xhtml-im"],
  hf: ["drop-chat-states", "fold-presence", "strip-xhtml-im"],
} as const satisfies Record<string, readonly RuleName[]>;

type PresetName = keyof typeof RULE_PRESETS;

const preset = choice({
  about: "A preset.",
  words: Object.keys(RULE_PRESETS) as PresetName[],
  later: ["text-only"],
});

const list = listOf(
  {
    about: "Rules in the order in which they run.",
    noun: "rules, each once",
    least: 0,
    most: RULE_NAMES.length,
  },
  choice({ about: "A rule.", words: RULE_NAMES }),
);

const once = z.check<readonly RuleName[]>((payload) => {
  if (new Set(payload.value).size === payload.value.length) return;
  payload.issues.push({ code: "custom", input: payload.value });
});

/** A preset, or a list of rules; the server gets the list. */
export const rules: Field<readonly RuleName[], ""> = byDefault("hf", {
  ...list,
  about: "What is done to stanzas before they cross: a preset (`none`, `satcom`, `hf`) or a list of rules.",
  type: "preset or list of rules",
  expects: `a preset (${Object.keys(RULE_PRESETS).join(", ")}) or a list, each at most once, out of: ${
    RULE_NAMES.join(", ")
  }`,
  later: preset.later,
  schema: z.pipe(
    z.union([preset.schema, list.schema.check(once)]),
    z.transform((value): readonly RuleName[] => typeof value === "string" ? RULE_PRESETS[value] : value),
  ),
});
