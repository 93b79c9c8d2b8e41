import { PRESET_NAMES, presetRules } from "../../src/config/mod.ts";
import { Thinner } from "../../src/link/thinner.ts";
import type { Stanza } from "../../src/stanza/mod.ts";
import { type Element, elementSizeBytes, elementsOf } from "../../src/xml/mod.ts";
import { readRecording, type Recorded, stanzaFrom } from "./read.ts";

/** A preset. */
export type Preset = typeof PRESET_NAMES[number];

/** What a preset makes of a stanza. */
export interface Fate {
  readonly stanza: Stanza;
  /** What crosses; undefined when nothing does. */
  readonly crosses: Stanza | undefined;
  /** What is sent back instead. */
  readonly answers: readonly Stanza[];
  /** Which rules did what, as they are counted. */
  readonly reasons: readonly string[];
}

/** What a preset makes of a stanza that leaves. */
export function fateOf(stanza: Stanza, preset: Preset): Fate {
  const answers: Stanza[] = [];
  const reasons: string[] = [];
  const thinner = new Thinner({
    rules: presetRules(preset),
    direction: "out",
    tally: { addSaving: (rule, why) => void reasons.push(`${rule}: ${why}`) },
    answer: (answer) => void answers.push(answer),
  });
  const crosses = thinner.admit(stanza)?.stanza;
  return { stanza, crosses, answers, reasons };
}

/** What every preset makes of a recording, to be read. */
export function transcriptOf(name: string): string {
  const recorded = readRecording(name);
  const head =
    `# What the presets of rules make of tests/recordings/${name}.txt. Made by \`deno task generate\`.\n`;
  return head + PRESET_NAMES.map((preset) => `\n${partOf(recorded, preset)}`).join("");
}

/** Where it stands. */
export function transcriptPath(name: string): string {
  return `tests/recordings/${name}.fates`;
}

function partOf(recorded: readonly Recorded[], preset: Preset): string {
  const fates = recorded.map((one) => fateOf(stanzaFrom(one), preset));
  const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);
  const before = sum(fates.map(({ stanza }) => elementSizeBytes(stanza.element)));
  const crossing = fates.flatMap(({ crosses }) => crosses === undefined ? [] : [crosses.element]);
  const after = sum(crossing.map(elementSizeBytes));
  const head = `${preset}: ${crossing.length} of ${fates.length} stanzas cross, ${after} of ${before} octets`;
  const lines = fates.map((fate, index) => {
    const number = String(index + 1).padStart(3);
    return `${number} ${recorded[index]?.from.padEnd(5)} ${nameOf(fate.stanza).padEnd(22)} ${told(fate)}\n`;
  });
  return `== ${head}\n${lines.join("")}`;
}

function nameOf({ kind, type }: Stanza): string {
  return type === "" ? kind : `${kind} ${type}`;
}

function told({ stanza, crosses, answers, reasons }: Fate): string {
  const why = reasons.length === 0 ? "" : ` (${reasons.join("; ")})`;
  const [answer] = answers;
  if (answer !== undefined) {
    return `answered with ${conditionOf(answer.element)}: ${contentOf(stanza.element)}${why}`;
  }
  if (crosses === undefined) return `dropped: ${contentOf(stanza.element)}${why}`;
  const kept = contentOf(crosses.element);
  if (reasons.length === 0) return `whole: ${kept}`;
  const left = new Set(elementsOf(crosses.element).map(labelOf));
  const gone = elementsOf(stanza.element).map(labelOf).filter((label) => !left.has(label));
  return `left: ${kept}, gone: ${gone.join(" ")}${why}`;
}

function conditionOf(answer: Element): string {
  const error = answer.getChild("error");
  return error === undefined ? "no error" : elementsOf(error)[0]?.name ?? "no condition";
}

function contentOf(element: Element): string {
  return elementsOf(element).map(labelOf).join(" ") || "nothing inside";
}

function labelOf({ name, attrs: { xmlns } }: Element): string {
  return xmlns === undefined ? name : `{${xmlns}}${name}`;
}
