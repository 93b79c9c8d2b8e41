import { errorText, type Turn } from "../base/mod.ts";
import { SqliteAccounts } from "./accounts.ts";
import { SqliteAnswers } from "./answers.ts";
import { Connection } from "./connection.ts";
import { openDatabase } from "./database.ts";
import { SqliteFlows } from "./flows.ts";
import type { Storage } from "./interfaces.ts";
import { SqliteLinkEpochs } from "./link_epochs.ts";
import { SqliteLinkIds } from "./link_ids.ts";
import { SqliteLinkQueue } from "./link_queue.ts";
import { SqliteOffline } from "./offline.ts";
import { SqliteRecentStanzas } from "./recent_stanzas.ts";
import { SqlitePresence } from "./remote_presence.ts";
import { SqliteRosters } from "./rosters.ts";
import { SqliteSettings } from "./settings.ts";
import { SqliteVcards } from "./vcards.ts";

/** What `openStorage` needs. */
export interface StorageOptions {
  /** The database file, made when it is not there, as is its directory; ":memory:" for tests. */
  readonly path: string;
  /** Whose end commits the writes. */
  readonly turn: Turn;
}

/**
 * Opens the store, and brings an older database up to date. Other processes may have it open too.
 *
 * Writes of one turn are one transaction, synced to the disk when the turn ends. A write that waits for
 * another process longer than `BUSY_TIMEOUT_MS` throws and is not done; all else goes on. When the disk is
 * full or broken, the turn fails.
 *
 * The directory and the file are made for the owner alone (0700, 0600), where the system has modes: the keys
 * in it are worth a login.
 * @throws {Error} when the file is no database, is of a newer version than this program, or cannot be opened
 */
export function openStorage(options: StorageOptions): Storage {
  try {
    const connection = new Connection(openDatabase(options.path), options.turn);
    const flows = new SqliteFlows(connection);
    const linkEpochs = new SqliteLinkEpochs(connection);
    const linkIds = new SqliteLinkIds(connection);
    const recentStanzas = new SqliteRecentStanzas(connection);
    return {
      accounts: new SqliteAccounts(connection),
      rosters: new SqliteRosters(connection),
      offline: new SqliteOffline(connection),
      linkQueue: new SqliteLinkQueue(connection),
      flows: (peer) => flows.of(peer),
      unacknowledged: () => flows.unacknowledged(),
      linkEpochs: (peer) => linkEpochs.of(peer),
      linkIds: (peer) => linkIds.of(peer),
      recentStanzas: (peer) => recentStanzas.of(peer),
      settings: new SqliteSettings(connection),
      answers: new SqliteAnswers(connection),
      presence: new SqlitePresence(connection),
      vcards: new SqliteVcards(connection),
      close: () => connection.close(),
    };
  } catch (error) {
    throw new Error(`Cannot open ${options.path}: ${errorText(error)}`, { cause: error });
  }
}
