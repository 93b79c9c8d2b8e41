import type { Problem } from "./fault.ts";
import { parseConfig, type ParsedConfig } from "./parse.ts";

/** Most bytes of a configuration file, certificate or key. */
export const FILE_SIZE_LIMIT_BYTES = 1_048_576;

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
  const { config: { tls }, problemAt } = loaded;
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

/** What the files named in `tls` have to hold. */
const PEM_FILES = [
  { key: "certificate", noun: "certificate", header: /-----BEGIN CERTIFICATE-----/ },
  { key: "key", noun: "unencrypted private key", header: /-----BEGIN (?:EC |RSA )?PRIVATE KEY-----/ },
] as const;

type Contents = { readonly bytes: Uint8Array } | { readonly why: string };

/** The contents of a file, or why there are none. Reads no further than the limit, whatever the file is. */
function readFile(path: string): Contents {
  try {
    if (Deno.statSync(path).isDirectory) return { why: "is a folder; name a file" };
    using file = Deno.openSync(path);
    const buffer = new Uint8Array(FILE_SIZE_LIMIT_BYTES + 1);
    let sizeBytes = 0;
    for (;;) {
      const count = sizeBytes < buffer.length ? file.readSync(buffer.subarray(sizeBytes)) : null;
      if (count === null) break;
      sizeBytes += count;
    }
    if (sizeBytes > FILE_SIZE_LIMIT_BYTES) {
      return { why: `is larger than the ${FILE_SIZE_LIMIT_BYTES} bytes allowed` };
    }
    return { bytes: buffer.subarray(0, sizeBytes) };
  } catch (error) {
    return { why: whyNot(error) };
  }
}

function whyNot(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "does not exist; check the path";
  if (error instanceof Deno.errors.PermissionDenied) {
    return "may not be read by this user; change its permissions";
  }
  return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}

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
