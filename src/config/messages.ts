import type * as z from "zod/mini";
import { type Fault, type KeyPath, shown } from "./fault.ts";
import { builtFields, type Field, fieldIn } from "./field.ts";
import { nearest } from "./nearest.ts";

/** What validation says about one place. */
type Issue = z.core.$ZodIssue;

/**
 * What is wrong with a configuration, in our words.
 * @param issues what validation found, with the input reported
 * @param root the field of the whole configuration
 */
export function faultsOf(issues: readonly Issue[], root: Field): Fault[] {
  return issues.flatMap((issue) => faultsOfIssue(issue, issue.path.map(step), root));
}

function step(key: PropertyKey): string | number {
  return typeof key === "number" ? key : String(key);
}

function faultsOfIssue(issue: Issue, path: KeyPath, root: Field): Fault[] {
  if (issue.code === "unrecognized_keys") {
    const field = fieldAt(root, path);
    return issue.keys.map((key) => ({ path: [...path, key], at: "key", message: unknownKey(key, field) }));
  }
  if (issue.code === "invalid_union") {
    // The branch that got beyond the type of the value is the one that was meant.
    const meant = issue.errors.find((branch) => branch.every(isInside));
    if (meant !== undefined) {
      return meant.flatMap((inner) => faultsOfIssue(inner, [...path, ...inner.path.map(step)], root));
    }
  }
  return [valueFault(path, issue.input, root)];
}

/** Whether a mistake is one within a value, which is of the right type then. */
function isInside({ path, code }: Issue): boolean {
  return path.length > 0 || code === "unrecognized_keys";
}

function valueFault(path: KeyPath, input: unknown, root: Field): Fault {
  const field = fieldAt(root, path) ?? root;
  const name = nameOf(path);
  const takes = `it takes ${field.expects}`;
  if (input === undefined) return { path, at: "missing", message: `${name} is missing; ${takes}` };
  if (input === null) return { path, at: "missing", message: `${name} has no value; ${takes}` };
  if (typeof input === "string" && field.later.includes(input)) {
    return { path, at: "value", message: `\`${input}\` ${NOT_BUILT}; ${name} takes ${field.expects}` };
  }
  return { path, at: "value", message: `${name} cannot be ${shown(input)}; ${takes}` };
}

const NOT_BUILT = "is not built into this version of Halyard";

function unknownKey(key: string, field: Field | undefined): string {
  const fields = field?.inside?.kind === "section" ? field.inside.fields : {};
  if (Object.hasOwn(fields, key)) return `\`${key}\` ${NOT_BUILT}; remove it`;
  const allowed = builtFields(fields).map(([name]) => name);
  const guess = nearest(key, allowed);
  const hint = guess === undefined ? "" : ` did you mean \`${guess}\`?`;
  return `unknown key \`${key}\`;${hint} allowed here: ${allowed.join(", ")}`;
}

/** A value by the name of its key, or by its place in a list. */
function nameOf(path: KeyPath): string {
  const last = path.at(-1);
  if (last === undefined) return "the configuration";
  return typeof last === "number" ? `item ${last + 1} of \`${path.at(-2)}\`` : `\`${last}\``;
}

function fieldAt(root: Field, path: KeyPath): Field | undefined {
  return path.reduce<Field | undefined>((field, key) => field && fieldIn(field, key), root);
}
