import type { Problem } from "./fault.ts";
import { readKeyFile } from "./key_file.ts";
import { parseConfig, type ParsedConfig } from "./parse.ts";
import { readFile } from "./read_file.ts";
import type { Config } from "./schema.ts";

/**
 * Reads and validates a configuration file.
 * @returns the configuration, or every problem of the file in its order; never throws
 */
export function loadConfig(file: string): ParsedConfig {
  const contents = readFile(file);
  if ("why" in contents) return { problems: [{ file, line: 1, column: 1, message: contents.why }] };
  const line = firstLineNotUtf8(contents.bytes);
  if (line !== undefined) {
    const message = "this line is not UTF-8; save the file with the encoding UTF-8";
    return { problems: [{ file, line, column: 1, message }] };
  }
  return parseConfig(new TextDecoder().decode(contents.bytes), file);
}

/** Everything that is wrong with a configuration file and with the files it names; empty when all is well. */
export function checkConfig(file: string): readonly Problem[] {
  const loaded = loadConfig(file);
  if ("problems" in loaded) return loaded.problems;
  const { config, problemAt } = loaded;
  return [...pemProblems(config, problemAt), ...keyProblems(config, problemAt)];
}

type ProblemAt = Extract<ParsedConfig, { readonly config: Config }>["problemAt"];

function pemProblems({ tls }: Config, problemAt: ProblemAt): Problem[] {
  if (tls === undefined) return [];
  return PEM_FILES.flatMap(({ key, noun, header }) => {
    const path = tls[key];
    const contents = readFile(path);
    const why = "why" in contents
      ? contents.why
      : header.test(new TextDecoder().decode(contents.bytes))
      ? undefined
      : `holds no ${noun} in PEM form; give such a file`;
    const remedy = "or remove `tls` for a self-signed certificate";
    return why === undefined ? [] : [problemAt(["tls", key], `${path} ${why}, ${remedy}`)];
  });
}

function keyProblems({ peers }: Config, problemAt: ProblemAt): Problem[] {
  return [...peers].flatMap(([name, { auth }]) => {
    const read = auth === undefined ? undefined : readKeyFile(auth.keyFile);
    if (read === undefined || "key" in read) return [];
    return [problemAt(["peers", name, "auth", "key_file"], `${auth?.keyFile} ${read.why}`)];
  });
}

/** What the files named in `tls` have to hold. */
const PEM_FILES = [
  { key: "certificate", noun: "certificate", header: /-----BEGIN CERTIFICATE-----/ },
  { key: "key", noun: "unencrypted private key", header: /-----BEGIN (?:EC |RSA )?PRIVATE KEY-----/ },
] as const;

/** The first line that is not UTF-8, from 1. Lines can be told apart first: no other character has a byte 0x0A. */
function firstLineNotUtf8(bytes: Uint8Array): number | undefined {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let start = 0;
  for (let line = 1; start <= bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end + 1;
  }
  return undefined;
}
