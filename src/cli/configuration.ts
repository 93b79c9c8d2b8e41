import { type Config, formatProblem, loadConfig } from "../config/mod.ts";
import { CommandError, EXIT } from "./exit.ts";

/**
 * The configuration for a command.
 * @throws {CommandError} with every problem, a line each, and exit code 2
 */
export function readConfig(file: string): Config {
  const loaded = loadConfig(file);
  if ("problems" in loaded) throw new CommandError(loaded.problems.map(formatProblem).join("\n"), EXIT.usage);
  return loaded.config;
}
