/**
 * Writes the generated files into `config/`, from the top of the checkout:
 * `deno run --allow-write=config src/config/generate.ts`
 */
import { shippedFiles } from "./starter.ts";

if (import.meta.main) {
  for (const { name, text } of shippedFiles()) Deno.writeTextFileSync(`config/${name}`, text);
}
