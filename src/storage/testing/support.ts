import { Turn } from "../../base/mod.ts";
import type { Account, RosterItem, Storage, StoredKeys } from "../interfaces.ts";
import { openStorage } from "../sqlite.ts";

/** A turn whose commits may not fail. */
export function safeTurn(): Turn {
  return new Turn((error) => {
    throw error;
  });
}

/** Runs `body` on a store in memory with accounts named `usernames`, and closes it. */
export function withStorage(usernames: readonly string[], body: (storage: Storage) => void): void {
  const storage = openStorage({ path: ":memory:", turn: safeTurn() });
  try {
    for (const username of usernames) storage.accounts.create(account(username, 1));
    body(storage);
  } finally {
    storage.close();
  }
}

/** Runs `body` with a path in an empty directory, and removes what it leaves there. */
export async function withPath(body: (path: string) => void | Promise<void>): Promise<void> {
  const directory = Deno.makeTempDirSync({ prefix: "halyard-storage-" });
  try {
    await body(`${directory}/halyard.db`);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

/** An account whose keys all differ, and differ from those of another `seed`. */
export function account(username: string, seed: number): Account {
  return { username, sha1: keys(seed), sha256: keys(seed + 100) };
}

function keys(seed: number): StoredKeys {
  return {
    salt: Uint8Array.of(seed, 0, 1),
    iterations: 4096 + seed,
    storedKey: Uint8Array.of(seed, 0, 2),
    serverKey: Uint8Array.of(seed, 0, 3),
  };
}

/** A listed contact; set what matters. */
export function item(jid: string, changes: Partial<RosterItem> = {}): RosterItem {
  return {
    jid,
    name: undefined,
    groups: [],
    subscription: "none",
    ask: false,
    approved: false,
    pendingIn: undefined,
    listed: true,
    ...changes,
  };
}
