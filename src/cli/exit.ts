/** Exit codes of every command. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** Ends a command with a message on stderr and an exit code; anything else that is thrown is a bug. */
export class CommandError extends Error {
  override readonly name = "CommandError";

  /** @param exitCode `EXIT.failed`, or `EXIT.usage` for mistakes in arguments and configuration */
  constructor(message: string, readonly exitCode: number = EXIT.failed) {
    super(message);
  }
}

const encoder = new TextEncoder();

/** Writes a line to stdout: the answer of a command. */
export function print(line: string): void {
  writeAllSync(Deno.stdout, line + "\n");
}

/** Writes a line to stderr: what is not the answer. */
export function printError(line: string): void {
  writeAllSync(Deno.stderr, line + "\n");
}

/**
 * Writes the whole text, in as many pieces as it takes.
 * @throws {Error} when the reader is gone, or takes no more
 */
export function writeAllSync(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let rest = encoder.encode(text);
  while (rest.length > 0) rest = rest.subarray(to.writeSync(rest));
}
