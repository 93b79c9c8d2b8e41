/** Writes text on standard output: for the tables that benchmarks and sieges print. */
export function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}
