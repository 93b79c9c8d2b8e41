import type { Field, NotBuilt } from "./field.ts";
import { root } from "./schema.ts";

/** Every key of the configuration as a table in Markdown: key, type, default, meaning. */
export function configReference(): string {
  const head = ["| key | type | default | meaning |", "|---|---|---|---|"];
  return [...head, ...rowsInside(root, "")].join("\n") + "\n";
}

function rowsInside(field: Field, prefix: string): string[] {
  const { inside } = field;
  if (inside === undefined) return [];
  if (inside.kind === "section") {
    return Object.entries(inside.fields).flatMap(([key, child]) => rows(child, `${prefix}${key}`));
  }
  // A list of plain values has said all in its own row.
  if (inside.kind === "list") {
    return inside.of.inside === undefined ? [] : rowsInside(inside.of, `${prefix}[].`);
  }
  return rows(inside.of, `${prefix}${inside.keys.shown}`);
}

function rows(field: Field | NotBuilt, key: string): string[] {
  if (!("schema" in field)) return [row(key, "section", "not built yet", field.about)];
  const { absent = "required" } = field;
  const isNamed = !key.endsWith(">");
  return [
    row(key, field.type, isNamed ? absent : "", field.about),
    ...rowsInside(field, field.inside?.kind === "list" ? key : `${key}.`),
  ];
}

function row(key: string, ...cells: string[]): string {
  return `| \`${key}\` | ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
