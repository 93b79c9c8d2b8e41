import { configReference, jsonSchemaText, PRESETS_YAML } from "../../src/config/mod.ts";
import { specificationTable } from "../../src/specifications.ts";
import { transcriptOf, transcriptPath } from "../recordings/fates.ts";
import { RECORDED } from "../recordings/read.ts";

/** A file of which a part, or all, is made from the code. */
export interface Generated {
  readonly path: string;
  /** The whole text as it has to be, given the text as it is. */
  readonly make: (text: string) => string;
}

function between(start: string, end: string, part: () => string): (text: string) => string {
  return (text) => {
    const from = text.indexOf(start);
    const to = text.indexOf(end);
    if (from < 0 || to < 0) throw new Error(`Cannot find ${start} and ${end}`);
    return `${text.slice(0, from)}${start}\n\n${part()}\n\n${text.slice(to)}`;
  };
}

/** Everything that `deno task generate` writes and that the tidy test holds against the code. */
export const GENERATED: readonly Generated[] = [
  {
    path: "README.md",
    make: between(
      "<!-- specifications: made by `deno task generate` -->",
      "<!-- end of specifications -->",
      specificationTable,
    ),
  },
  {
    path: "docs/configuration.md",
    make: between("<!-- keys: made by `deno task generate` -->", "<!-- end of keys -->", configReference),
  },
  {
    path: "docs/rules.md",
    make: between(
      "<!-- presets: made by `deno task generate` -->",
      "<!-- end of presets -->",
      () => `\`\`\`yaml\n${PRESETS_YAML}\`\`\``,
    ),
  },
  { path: "config/schema.json", make: jsonSchemaText },
  ...RECORDED.map((name) => ({ path: transcriptPath(name), make: () => transcriptOf(name) })),
];

if (import.meta.main) {
  for (const { path, make } of GENERATED) Deno.writeTextFileSync(path, make(Deno.readTextFileSync(path)));
}
