import { dirname, isAbsolute, join } from "node:path";
import { faultsAcross } from "./across.ts";
import { readYaml, type YamlDocument } from "./document.ts";
import type { Fault, KeyPath, Problem } from "./fault.ts";
import { faultsOf } from "./messages.ts";
import { type Config, root } from "./schema.ts";

/** A good configuration, or everything that is wrong with it, in the order of the file. */
export type ParsedConfig =
  | {
    readonly config: Config;
    /** A problem with the value at `path`, for what only shows outside the file. */
    readonly problemAt: (path: KeyPath, message: string) => Problem;
  }
  | { readonly problems: readonly Problem[] };

/**
 * Reads a configuration. Pure: no file is touched.
 * @param text the file's contents, of a size that the caller has bounded
 * @param file its name as the operator gave it: begins every problem, and paths in it are meant from its folder
 */
export function parseConfig(text: string, file: string): ParsedConfig {
  const document = readYaml(text);
  const problemAt = (path: KeyPath, message: string): Problem => ({
    file,
    ...document.locate(path, "value"),
    message,
  });
  if (document.faults.length === 0 && (document.value ?? null) === null) {
    return {
      problems: [{ file, line: 1, column: 1, message: `the file is empty; it takes ${root.expects}` }],
    };
  }
  // `jitless`: one parse does not repay compiling the schema.
  const result = root.schema.safeParse(document.value, { jitless: true, reportInput: true });
  const faults = [...faultsAcross(document.value), ...faultsOf(result.error?.issues ?? [], root)];
  const problems = problemsOf(document, faults, file);
  if (problems.length > 0 || !result.success) return { problems };
  return { config: withPaths(result.data, dirname(file)), problemAt };
}

/** All problems in the order of the file, each once. */
function problemsOf(document: YamlDocument, faults: readonly Fault[], file: string): Problem[] {
  const fatal = document.faults.filter((fault) => fault.isFatal).sort(inOrder)[0];
  const located = faults
    .map((fault) => ({ ...document.locate(fault.path, fault.at), message: fault.message, at: fault.at }))
    // Behind a mistake in the YAML the parser guesses: what is missing may be there, what is there may be meant
    // otherwise.
    .filter((fault) => fatal === undefined || (fault.at !== "missing" && inOrder(fault, fatal) < 0));
  const problems = [...document.faults, ...located]
    .sort(inOrder)
    .map(({ line, column, message }) => ({ file, line, column, message }));
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

function inOrder(
  a: { readonly line: number; readonly column: number },
  b: { readonly line: number; readonly column: number },
): number {
  return a.line - b.line || a.column - b.column;
}

function withPaths(config: Config, folder: string): Config {
  const from = (path: string) => isAbsolute(path) ? path : join(folder, path);
  const tls = config.tls && { certificate: from(config.tls.certificate), key: from(config.tls.key) };
  const peers = new Map([...config.peers].map(([name, peer]) => {
    const auth = peer.auth && { ...peer.auth, keyFile: from(peer.auth.keyFile) };
    return [name, { ...peer, auth }];
  }));
  return { ...config, data: from(config.data), tls, peers };
}
