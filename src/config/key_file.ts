import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { readFile } from "./read_file.ts";

/** Of a key that both sides of a link hold. */
export const LINK_KEY_SIZE_BYTES = 32;

const FORMS = [
  { pattern: /^[0-9A-Fa-f]{64}$/, encoding: "hex" },
  { pattern: /^[A-Za-z0-9_-]{43}$/, encoding: "base64url" },
] as const;
/** Rights of those who are neither the owner nor of the file's group. */
const RIGHTS_OF_OTHERS = 0o007;

/** A key as it stands in its file: base64url, one line. */
export function keyText(key: Uint8Array): string {
  return `${Buffer.from(key).toString("base64url")}\n`;
}

/** The key that a file's text is, in base64url or hexadecimal with white space around it; undefined when it is none. */
export function parseKey(text: string): Uint8Array | undefined {
  const word = text.trim();
  const form = FORMS.find(({ pattern }) => pattern.test(word));
  const key = form && new Uint8Array(Buffer.from(word, form.encoding));
  return key?.length === LINK_KEY_SIZE_BYTES ? key : undefined;
}

/**
 * Reads the key of a link. A key that every user of the machine may read proves nothing and is refused, where the
 * system has such rights.
 * @returns the key, or why there is none, to be put behind the file's name
 */
export function readKeyFile(path: string): { readonly key: Uint8Array } | { readonly why: string } {
  const contents = readFile(path);
  if ("why" in contents) return contents;
  if (isOpenToOthers(path)) return { why: "may be used by every user of this machine; chmod 600 it" };
  const key = parseKey(new TextDecoder().decode(contents.bytes));
  if (key === undefined) {
    return {
      why:
        `holds no key: ${LINK_KEY_SIZE_BYTES} octets in base64url or hexadecimal; halyard key make makes one`,
    };
  }
  return { key };
}

function isOpenToOthers(path: string): boolean {
  const { mode } = Deno.statSync(path);
  return Deno.build.os !== "windows" && mode !== null && (mode & RIGHTS_OF_OTHERS) !== 0;
}

/** What two people compare aloud to know that they have the same key: 64 bits of a hash, in groups. */
export function keyFingerprint(key: Uint8Array): string {
  const hash = createHash("sha256").update("halyard 1 fingerprint").update(key).digest("hex");
  return hash.slice(0, 16).replace(/(?<=.)(?=(.{4})+$)/g, " ");
}
