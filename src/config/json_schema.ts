import * as z from "zod/mini";
import { builtFields, type Field } from "./field.ts";
import { root } from "./schema.ts";

/** The JSON Schema (draft 7) of the configuration file, by which editors complete and check it. */
export function jsonSchema(): Record<string, unknown> {
  const metadata = z.registry<Record<string, unknown>>();
  describe(root, metadata);
  const { "~standard": _, ...schema } = z.toJSONSchema(root.schema, {
    io: "input",
    target: "draft-7",
    metadata,
  });
  return { ...schema, title: "Halyard configuration" };
}

/** `config/schema.json`. */
export function jsonSchemaText(): string {
  return JSON.stringify(jsonSchema(), null, 2) + "\n";
}

/** Notes down what each field and all fields inside it mean. */
function describe(field: Field, metadata: z.core.$ZodRegistry<Record<string, unknown>>): void {
  metadata.add(field.schema, { description: field.about, ...field.editor });
  const { inside } = field;
  if (inside === undefined) return;
  const children = inside.kind === "section"
    ? builtFields(inside.fields).map(([, child]) => child)
    : [inside.of];
  for (const child of children) describe(child, metadata);
}
