import type { Command, Connection, Query } from "./connection.ts";
import type { RosterChange, RosterItem, RosterStore, Subscription } from "./interfaces.ts";

/**
 * How many versions back `changesSince` can answer. A removal is remembered that long, which bounds the
 * memory of removals to as many rows per roster.
 */
export const ROSTER_VERSIONS_KNOWN = 1_000;

type ItemRow = {
  readonly jid: string;
  readonly name: string | null;
  readonly groups_json: string;
  readonly subscription: Subscription;
  readonly ask: number;
  readonly approved: number;
  readonly pending_in: string | null;
  readonly listed: number;
  readonly version: number;
};

type VersionRow = { readonly version: number };

const ITEM_COLUMNS = "jid, name, groups_json, subscription, ask, approved, pending_in, listed, version";

/**
 * Rosters, in the tables `rosters` (their versions), `roster_items` and `roster_removals`.
 *
 * Of versions it counts what clients see: listed items, and listed items that went. An item carries the
 * version of its last change; a removal is a row of its own until the contact is listed again or the removal
 * is too old.
 */
export class SqliteRosters implements RosterStore {
  readonly #version: Query<VersionRow>;
  readonly #advance: Command<VersionRow>;
  readonly #items: Query<ItemRow>;
  readonly #count: Query<{ items: number }>;
  readonly #get: Query<ItemRow>;
  readonly #watchersOf: Query<{ owner: string }>;
  readonly #put: Command<never>;
  readonly #remove: Command<{ listed: number }>;
  readonly #listedSince: Query<ItemRow>;
  readonly #removedSince: Query<{ jid: string; version: number }>;
  readonly #addRemoval: Command<never>;
  readonly #dropRemoval: Command<never>;
  readonly #forgetRemovals: Command<never>;

  constructor(db: Connection) {
    this.#version = db.query("SELECT version FROM rosters WHERE owner = ?");
    this.#advance = db.command(`
      INSERT INTO rosters (owner, version)
      SELECT username, roster_start.version + ? FROM accounts, roster_start WHERE username = ?
      ON CONFLICT DO UPDATE SET version = version + ?
      RETURNING version`);
    this.#items = db.query(`SELECT ${ITEM_COLUMNS} FROM roster_items WHERE owner = ?`);
    this.#count = db.query("SELECT count(*) AS items FROM roster_items WHERE owner = ?");
    this.#get = db.query(`SELECT ${ITEM_COLUMNS} FROM roster_items WHERE owner = ? AND jid = ?`);
    this.#watchersOf = db.query(
      "SELECT owner FROM roster_items WHERE jid = ? AND subscription IN ('to', 'both') ORDER BY owner",
    );
    this.#put = db.command(`
      INSERT OR REPLACE INTO roster_items (owner, ${ITEM_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#remove = db.command("DELETE FROM roster_items WHERE owner = ? AND jid = ? RETURNING listed");
    this.#listedSince = db.query(
      `SELECT ${ITEM_COLUMNS} FROM roster_items WHERE owner = ? AND version > ? AND listed`,
    );
    this.#removedSince = db.query("SELECT jid, version FROM roster_removals WHERE owner = ? AND version > ?");
    this.#addRemoval = db.command(
      "INSERT OR REPLACE INTO roster_removals (owner, jid, version) VALUES (?, ?, ?)",
    );
    this.#dropRemoval = db.command("DELETE FROM roster_removals WHERE owner = ? AND jid = ?");
    this.#forgetRemovals = db.command("DELETE FROM roster_removals WHERE owner = ? AND version <= ?");
  }

  version(owner: string): number {
    return this.#version.get(owner)?.version ?? 0;
  }

  items(owner: string): RosterItem[] {
    return this.#items.all(owner).map(itemOf);
  }

  count(owner: string): number {
    return this.#count.get(owner)?.items ?? 0;
  }

  get(owner: string, jid: string): RosterItem | undefined {
    const row = this.#get.get(owner, jid);
    return row && itemOf(row);
  }

  watchersOf(jid: string): string[] {
    return this.#watchersOf.all(jid).map(({ owner }) => owner);
  }

  put(owner: string, item: RosterItem): number {
    const wasListed = this.#get.get(owner, item.jid)?.listed === 1;
    const version = this.#advanceVersion(owner, wasListed || item.listed ? 1 : 0);
    this.#put.run(owner, ...columnsOf(item), version);
    if (item.listed && !wasListed) this.#dropRemoval.run(owner, item.jid);
    if (wasListed && !item.listed) this.#rememberRemoval(owner, item.jid, version);
    return version;
  }

  remove(owner: string, jid: string): number | undefined {
    const removed = this.#remove.get(owner, jid);
    if (removed === undefined) return undefined;
    if (removed.listed === 0) return this.version(owner);
    const version = this.#advanceVersion(owner, 1);
    this.#rememberRemoval(owner, jid, version);
    return version;
  }

  changesSince(owner: string, version: number): RosterChange[] | undefined {
    const newest = this.version(owner);
    const known = Number.isInteger(version) && version >= 0 && version <= newest;
    if (!known || newest - version > ROSTER_VERSIONS_KNOWN) return undefined;
    const listed = this.#listedSince.all(owner, version).map((row) => changeOf(row, itemOf(row)));
    const removed = this.#removedSince.all(owner, version).map((row) => changeOf(row, undefined));
    return [...listed, ...removed].sort((a, b) => a.version - b.version);
  }

  /** @param step 0 for a change that clients do not see */
  #advanceVersion(owner: string, step: 0 | 1): number {
    const advanced = this.#advance.get(step, owner, step);
    if (advanced === undefined) throw new Error(`Cannot change the roster of "${owner}": no such account`);
    return advanced.version;
  }

  #rememberRemoval(owner: string, jid: string, version: number): void {
    this.#addRemoval.run(owner, jid, version);
    this.#forgetRemovals.run(owner, version - ROSTER_VERSIONS_KNOWN);
  }
}

function itemOf(row: ItemRow): RosterItem {
  return {
    jid: row.jid,
    name: row.name ?? undefined,
    groups: JSON.parse(row.groups_json),
    subscription: row.subscription,
    ask: row.ask === 1,
    approved: row.approved === 1,
    pendingIn: row.pending_in ?? undefined,
    listed: row.listed === 1,
  };
}

/** The values of `ITEM_COLUMNS` but the version, which comes last. */
function columnsOf(item: RosterItem): (string | number | null)[] {
  return [
    item.jid,
    item.name ?? null,
    JSON.stringify(item.groups),
    item.subscription,
    Number(item.ask),
    Number(item.approved),
    item.pendingIn ?? null,
    Number(item.listed),
  ];
}

function changeOf(
  { jid, version }: { jid: string; version: number },
  item: RosterItem | undefined,
): RosterChange {
  return { jid, version, item };
}
