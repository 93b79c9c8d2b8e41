import type { Command, Connection, Query } from "./connection.ts";
import type { KeptDomain, KeptPresence, PresenceStore } from "./presence_interfaces.ts";

// Types and not interfaces: only a type has the index signature that rows have.
type PresenceRow = {
  readonly contact: string;
  readonly resource: string;
  readonly xml: string;
  readonly confirmed_ms: number;
};
type DomainRow = { readonly domain: string; readonly complete: number; readonly until_ms: number | null };

/** The presence of contacts behind links, in the tables `remote_presence` and `remote_domains`. */
export class SqlitePresence implements PresenceStore {
  readonly #put: Command<never>;
  readonly #remove: Command<never>;
  readonly #list: Query<PresenceRow>;
  readonly #putDomain: Command<never>;
  readonly #removeDomain: Command<never>;
  readonly #domains: Query<DomainRow>;

  constructor(db: Connection) {
    this.#put = db.command("INSERT OR REPLACE INTO remote_presence VALUES (?, ?, ?, ?)");
    this.#remove = db.command("DELETE FROM remote_presence WHERE contact = ? AND resource = ?");
    this.#list = db.query("SELECT contact, resource, xml, confirmed_ms FROM remote_presence");
    this.#putDomain = db.command("INSERT OR REPLACE INTO remote_domains VALUES (?, ?, ?)");
    this.#removeDomain = db.command("DELETE FROM remote_domains WHERE domain = ?");
    this.#domains = db.query("SELECT domain, complete, until_ms FROM remote_domains");
  }

  put(contact: string, resource: string, xml: string, confirmedMs: number): void {
    this.#put.run(contact, resource, xml, Math.round(confirmedMs));
  }

  remove(contact: string, resource: string): void {
    this.#remove.run(contact, resource);
  }

  list(): KeptPresence[] {
    return this.#list.all().map(({ confirmed_ms, ...row }) => ({ ...row, confirmedMs: confirmed_ms }));
  }

  putDomain(domain: string, isComplete: boolean, untilMs: number | undefined): void {
    this.#putDomain.run(domain, isComplete ? 1 : 0, untilMs === undefined ? null : Math.round(untilMs));
  }

  removeDomain(domain: string): void {
    this.#removeDomain.run(domain);
  }

  domains(): KeptDomain[] {
    return this.#domains.all().map(({ domain, complete, until_ms }) => ({
      domain,
      isComplete: complete === 1,
      untilMs: until_ms ?? undefined,
    }));
  }
}
