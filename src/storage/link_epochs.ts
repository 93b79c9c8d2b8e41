import type { Command, Connection, Query } from "./connection.ts";
import type { LinkEpochStore } from "./epoch_interfaces.ts";

// A type and not an interface: only a type has the index signature that rows have.
type EpochRow = { readonly epoch: number };

/** The epochs of all authenticated links, in the table `link_epochs`. */
export class SqliteLinkEpochs {
  readonly #load: Query<EpochRow>;
  readonly #save: Command<never>;

  constructor(db: Connection) {
    this.#load = db.query("SELECT epoch FROM link_epochs WHERE peer = ? AND direction = ?");
    this.#save = db.command(
      "INSERT INTO link_epochs (peer, direction, epoch) VALUES (?, ?, ?) " +
        "ON CONFLICT DO UPDATE SET epoch = max(epoch, excluded.epoch)",
    );
  }

  /** The epochs of the link to `peer`. */
  of(peer: string): LinkEpochStore {
    const epoch = (direction: "out" | "in") => this.#load.get(peer, direction)?.epoch ?? 0;
    return {
      load: () => ({ out: epoch("out"), in: epoch("in") }),
      saveOut: (out) => void this.#save.run(peer, "out", out),
      saveIn: (accepted) => void this.#save.run(peer, "in", accepted),
    };
  }
}
