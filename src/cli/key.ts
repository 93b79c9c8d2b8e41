import { errorText, systemRandom } from "../base/mod.ts";
import { keyFingerprint, keyText, LINK_KEY_SIZE_BYTES, readKeyFile } from "../config/mod.ts";
import { CommandError, print } from "./exit.ts";

/** `halyard key make FILE`: makes the key of a link; never over a file that is there. */
export function keyMake(file: string): void {
  const key = systemRandom.bytes(LINK_KEY_SIZE_BYTES);
  try {
    Deno.writeTextFileSync(file, keyText(key), { createNew: true, mode: 0o600 });
  } catch (error) {
    const why = error instanceof Deno.errors.AlreadyExists
      ? "it exists"
      : error instanceof Deno.errors.NotFound
      ? "its folder does not exist"
      : errorText(error);
    throw new CommandError(`Cannot write ${file}: ${why}`);
  }
  print(`wrote ${file}; fingerprint: ${keyFingerprint(key)}`);
}

/** `halyard key show FILE`: the fingerprint of a key, which may be read aloud; never the key. */
export function keyShow(file: string): void {
  const read = readKeyFile(file);
  if ("why" in read) throw new CommandError(`Cannot use the key: ${file} ${read.why}`);
  print(keyFingerprint(read.key));
}
