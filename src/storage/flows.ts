import type { Command, Connection, Query } from "./connection.ts";
import type { FlowHalfStore, FlowStore, ReceiverRecord, SenderRecord } from "./flow_interfaces.ts";

// A type and not an interface: only a type has the index signature that rows have.
type FlowRow = {
  readonly incarnation: Uint8Array;
  readonly mark: number;
  readonly sent: number;
  readonly base: number;
  readonly confirmed: number;
  readonly retired: Uint8Array;
  readonly coding: number;
};

/** Of the columns, what the other direction has no use for. */
const NOTHING = { sent: 0, confirmed: 0, retired: new Uint8Array(0) };

type TextRow = { readonly number: number; readonly text: Uint8Array };

type OwedRow = { readonly peer: string; readonly stanzas: number };

type LifeRow = { readonly process: number };

type Direction = "out" | "in";

/** The flows of all links, in the tables `flows`, `flow_texts` and `flow_lives`. */
export class SqliteFlows {
  readonly #db: Connection;
  /** Records that the turn has changed: each stanza changes one, and only the last of a turn is written. */
  readonly #unsaved = new Map<string, () => void>();
  readonly #load: Query<FlowRow>;
  readonly #save: Command<never>;
  readonly #owed: Query<OwedRow>;
  readonly #texts: Query<TextRow>;
  readonly #addText: Command<never>;
  readonly #removeBelow: Command<never>;
  readonly #life: Query<LifeRow>;
  readonly #saveLife: Command<never>;

  constructor(db: Connection) {
    this.#db = db;
    this.#load = db.query(
      "SELECT incarnation, mark, sent, base, confirmed, retired, coding FROM flows WHERE peer = ? AND direction = ?",
    );
    this.#save = db.command(
      "INSERT INTO flows (peer, direction, incarnation, mark, sent, base, confirmed, retired, coding) " +
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) " +
        "ON CONFLICT DO UPDATE SET incarnation = excluded.incarnation, mark = excluded.mark, " +
        "sent = excluded.sent, base = excluded.base, confirmed = excluded.confirmed, retired = excluded.retired, " +
        "coding = excluded.coding",
    );
    this.#owed = db.query(
      "SELECT peer, sent - mark AS stanzas FROM flows WHERE direction = 'out' AND sent > mark ORDER BY peer",
    );
    this.#texts = db.query(
      "SELECT number, text FROM flow_texts WHERE peer = ? AND direction = ? ORDER BY number",
    );
    this.#addText = db.command("INSERT INTO flow_texts (peer, direction, number, text) VALUES (?, ?, ?, ?)");
    this.#removeBelow = db.command("DELETE FROM flow_texts WHERE peer = ? AND direction = ? AND number < ?");
    this.#life = db.query("SELECT process FROM flow_lives WHERE peer = ?");
    this.#saveLife = db.command(
      "INSERT INTO flow_lives (peer, process) VALUES (?, ?) ON CONFLICT DO UPDATE SET process = excluded.process",
    );
  }

  /** The peers to which stanzas have left that were not acknowledged, configured or not, and how many. */
  unacknowledged(): { readonly peer: string; readonly stanzas: number }[] {
    this.#saveAll();
    return this.#owed.all();
  }

  /** The two flows of the link to `peer`. */
  of(peer: string): FlowStore {
    return {
      beginLife: (next) => {
        const process = next(this.#life.get(peer)?.process);
        this.#saveLife.run(peer, process);
        return process;
      },
      sender: this.#half<SenderRecord>(
        peer,
        "out",
        ({ incarnation, mark, sent, base, confirmed, coding }) => ({
          incarnation,
          acked: mark,
          confirmed,
          sent,
          base,
          coding,
        }),
        ({ acked, ...record }) => ({ ...NOTHING, ...record, mark: acked }),
      ),
      receiver: this.#half<ReceiverRecord>(
        peer,
        "in",
        ({ incarnation, mark, base, retired, coding }) => ({
          incarnation,
          received: mark,
          base,
          retired,
          coding,
        }),
        ({ received, ...record }) => ({ ...NOTHING, ...record, mark: received }),
      ),
    };
  }

  #half<R>(
    peer: string,
    direction: Direction,
    toRecord: (row: FlowRow) => R,
    toRow: (record: R) => FlowRow,
  ): FlowHalfStore<R> {
    return {
      load: () => {
        this.#saveAll();
        const row = this.#load.get(peer, direction);
        if (row === undefined) return undefined;
        return {
          record: toRecord(row),
          texts: this.#texts.all(peer, direction).map(({ number, text }) => ({ number, text })),
        };
      },
      save: (record) => {
        if (this.#unsaved.size === 0) this.#db.lastly(() => this.#saveAll());
        this.#unsaved.set(`${direction} ${peer}`, () => {
          const { incarnation, mark, sent, base, confirmed, retired, coding } = toRow(record);
          this.#save.run(peer, direction, incarnation, mark, sent, base, confirmed, retired, coding);
        });
      },
      addText: ({ number, text }) => void this.#addText.run(peer, direction, number, text),
      removeBelow: (number) => void this.#removeBelow.run(peer, direction, number),
      clear: () => void this.#removeBelow.run(peer, direction, Number.MAX_SAFE_INTEGER),
    };
  }

  #saveAll(): void {
    const all = [...this.#unsaved.values()];
    this.#unsaved.clear();
    for (const save of all) save();
  }
}
