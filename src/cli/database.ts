import { join } from "node:path";
import { Turn } from "../base/mod.ts";
import { openStorage, type Storage } from "../storage/mod.ts";

/** Where a server keeps its store, in its data directory. */
export function databasePath(data: string): string {
  return join(data, "halyard.sqlite");
}

/** Opens a server's store beside the server, which may be running. @throws what a commit throws */
export function openDatabase(data: string): Storage {
  const turn = new Turn((error) => {
    throw error;
  });
  return openStorage({ path: databasePath(data), turn });
}
