import { join } from "node:path";

/** Where a running server may be asked, and the token for it. */
export interface ControlAddress {
  readonly port: number;
  readonly token: string;
}

const CONTROL_FILE = "control.json";

/** Writes where the server is, readable by its owner only. Who reads meanwhile finds the old text or the new one. */
export function writeAddress(dataDirectory: string, address: ControlAddress): void {
  const file = join(dataDirectory, CONTROL_FILE);
  const fresh = `${file}.new`;
  // One that a crash has left behind may have another mode.
  removeIfThere(fresh);
  Deno.writeTextFileSync(fresh, JSON.stringify(address), { createNew: true, mode: 0o600 });
  Deno.renameSync(fresh, file);
}

/**
 * Where a server says that it is.
 * @returns undefined when none runs, as far as the directory tells
 * @throws {Error} when the file cannot be read, or holds something else
 */
export function readAddress(dataDirectory: string): ControlAddress | undefined {
  const file = join(dataDirectory, CONTROL_FILE);
  let text: string;
  try {
    text = Deno.readTextFileSync(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const { port, token } = JSON.parse(text) as Record<string, unknown>;
  if (typeof port !== "number" || typeof token !== "string") {
    throw new Error(`Cannot use ${file}: it holds no port and token`);
  }
  return { port, token };
}

/** Removes what the server with that token has written; another one's stays. */
export function removeAddress(dataDirectory: string, token: string): void {
  if (readAddress(dataDirectory)?.token === token) removeIfThere(join(dataDirectory, CONTROL_FILE));
}

function removeIfThere(file: string): void {
  try {
    Deno.removeSync(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
