import { CommanderError } from "commander";
import { errorText } from "../base/mod.ts";
import { CommandError, EXIT, printError } from "./exit.ts";
import { program } from "./program.ts";

/**
 * Runs the command line.
 * @param args the words behind the program's name
 * @returns the exit code: 0 done, 1 failed, 2 usage or configuration
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    await program().parseAsync([...args], { from: "user" });
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    // Whoever read the answer has read enough, such as `head`.
    if (error instanceof Deno.errors.BrokenPipe) return EXIT.done;
    if (error instanceof CommandError) {
      printError(error.exitCode === EXIT.usage ? error.message : `halyard: ${error.message}`);
      return error.exitCode;
    }
    printError(`halyard: ${errorText(error)}`);
    return EXIT.failed;
  }
}
