import { join } from "node:path";
import { jsonSchemaText, starterConfig } from "../config/mod.ts";
import { CommandError, print } from "./exit.ts";

const STARTER_FILE = "halyard.yaml";
const SCHEMA_FILE = "schema.json";

/** `halyard init [DIR]`: writes a commented configuration to begin with; never over one that is there. */
export function init(directory: string): void {
  const file = join(directory, STARTER_FILE);
  try {
    Deno.mkdirSync(directory, { recursive: true });
    Deno.writeTextFileSync(file, starterConfig(), { createNew: true });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) throw new CommandError(`Cannot write ${file}: it exists`);
    throw error;
  }
  Deno.writeTextFileSync(join(directory, SCHEMA_FILE), jsonSchemaText());
  print(`wrote ${file}; next: edit it, then halyard user add NAME@DOMAIN --config ${file}`);
}
