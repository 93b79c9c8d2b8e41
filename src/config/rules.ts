import * as z from "zod/mini";
import { readYaml } from "./document.ts";
import { byDefault, type Field, listOf } from "./field.ts";
import { choice } from "./leaves.ts";
import { PRESETS_YAML } from "./presets.ts";
import { rule, type RuleFields } from "./rule_fields.ts";

/** Rules that need more than the language says; the code of each is in `link/rules/`. */
export const RULE_NAMES = ["drop-chat-states", "fold-presence", "strip-xhtml-im"] as const;

/** One of them. */
export type RuleName = typeof RULE_NAMES[number];

/** A rule in the language, with the name by which it is counted. */
export type NamedRule = RuleFields & { readonly name: string };

/** A rule of either sort. */
export type RuleConfig = RuleName | NamedRule;

/** Names of the presets. */
export const PRESET_NAMES = ["none", "satcom", "hf", "text-only"] as const;
type PresetName = typeof PRESET_NAMES[number];

/** Most items in a list of rules. */
const MOST_ITEMS = 200;

type Item = PresetName | RuleName | RuleFields;

const word = choice({ about: "A preset or a rule.", words: [...PRESET_NAMES, ...RULE_NAMES] });

const item: Field<Item, ""> = {
  ...rule,
  schema: z.union([word.schema, rule.schema]),
  type: "rule",
  expects: `${word.expects}; or a rule such as { match: { kind: iq, child: vcard-temp }, answer: forbidden }`,
};

const list = listOf(
  { about: "Presets and rules in their order.", noun: "presets and rules", least: 0, most: MOST_ITEMS },
  item,
);

const once = z.check<readonly Item[]>((payload) => {
  const words = payload.value.filter((one) => typeof one === "string");
  if (new Set(words).size === words.length) return;
  payload.issues.push({ code: "custom", input: payload.value });
});

const preset = choice({ about: "A preset.", words: PRESET_NAMES });

/** The rules of a list, presets replaced by theirs, each name once: of two the first stands. */
function expanded(items: readonly Item[]): readonly RuleConfig[] {
  const all = items.flatMap((one, index): readonly RuleConfig[] => {
    if (typeof one !== "string") return [{ ...one, name: one.name ?? `rule ${index + 1}` }];
    return isRuleName(one) ? [one] : presetRules(one);
  });
  const seen = new Set<string>();
  return all.filter((one) => {
    const name = typeof one === "string" ? one : one.name;
    const isNew = !seen.has(name);
    seen.add(name);
    return isNew;
  });
}

function isRuleName(word: PresetName | RuleName): word is RuleName {
  return RULE_NAMES.some((name) => name === word);
}

const presets = new Map<PresetName, readonly RuleConfig[]>();

/** The rules of a preset, those that it extends included. */
export function presetRules(name: PresetName): readonly RuleConfig[] {
  const known = presets.get(name);
  if (known !== undefined) return known;
  const written = readYaml(PRESETS_YAML).value as Readonly<Record<string, unknown>>;
  const made = expanded(z.parse(list.schema, written[name]));
  presets.set(name, made);
  return made;
}

/** A preset, or a list of presets and rules; the server gets the list. */
export const rules: Field<readonly RuleConfig[], ""> = byDefault("hf", {
  ...list,
  about:
    "What is done to stanzas before they cross: a preset (`none`, `satcom`, `hf`, `text-only`) or a list of presets and rules (docs/rules.md).",
  type: "preset or list of rules",
  expects: `a preset (${PRESET_NAMES.join(", ")}) or a list, each name at most once, of presets, of ${
    RULE_NAMES.join(", ")
  } and of rules such as { match: { kind: iq }, drop: true }`,
  schema: z.pipe(
    z.union([preset.schema, list.schema.check(once)]),
    z.transform((value): readonly RuleConfig[] =>
      typeof value === "string" ? presetRules(value) : expanded(value)
    ),
  ),
});
