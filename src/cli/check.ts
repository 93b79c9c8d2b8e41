import { checkConfig, formatProblem } from "../config/mod.ts";
import { readConfig } from "./configuration.ts";
import { CommandError, EXIT, print } from "./exit.ts";

/** `halyard check`: says everything that is wrong with a configuration and the files it names, or that nothing is. */
export function check(options: { readonly config: string }): void {
  const problems = checkConfig(options.config);
  if (problems.length > 0) throw new CommandError(problems.map(formatProblem).join("\n"), EXIT.usage);
  const { domain, peers } = readConfig(options.config);
  print(`${options.config}: ok; serves ${domain}; peers: ${[...peers.keys()].join(", ") || "none"}`);
}
