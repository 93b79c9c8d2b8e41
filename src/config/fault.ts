/** Steps from the top of the file to a value: keys of mappings and indexes of lists. */
export type KeyPath = readonly (string | number)[];

/** Something wrong at a place in the configuration, not yet at a line and column. */
export interface Fault {
  readonly path: KeyPath;
  /** Whether the key itself is wrong, the value under it, or something that is missing in it. */
  readonly at: "key" | "value" | "missing";
  /** What is wrong, what is allowed. */
  readonly message: string;
}

/** Something wrong at a place in a file. */
export interface Problem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units, as editors count. */
  readonly column: number;
  /** What is wrong, what is allowed. */
  readonly message: string;
}

/** The problem on one line, in the form that editors and terminals turn into a link: `FILE:LINE:COLUMN: …`. */
export function formatProblem(problem: Problem): string {
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.message}`;
}

/** Most characters of a value that a message repeats. */
const SHOWN_LENGTH = 60;

/** A value from a file as messages show it: short, on one line. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(shortened(value));
  if (typeof value === "number") return `the number ${value}`;
  if (Array.isArray(value)) {
    return value.some((item) => typeof item === "object") ? "this list" : shortened(`[${value.join(", ")}]`);
  }
  if (isMapping(value)) return Object.keys(value).length === 0 ? "an empty section" : "a section";
  return String(value);
}

function shortened(text: string): string {
  return text.length <= SHOWN_LENGTH ? text : `${text.slice(0, SHOWN_LENGTH - 3)}...`;
}

/** Whether a value is a mapping. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
