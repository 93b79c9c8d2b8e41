import type { Clock } from "../../base/mod.ts";
import type { HfChannel } from "./channel.ts";
import type { CPdu, HfAddress, LinkRefusal } from "./dpdu.ts";
import type { HfNodeOptions } from "./options.ts";
import type { Outgoing } from "./waiting.ts";

/** How a physical link stands. */
export type LinkState = "down" | "calling" | "up" | "breaking";

/** What has become of links. */
export interface LinkCounts {
  readonly made: number;
  readonly failed: number;
  readonly broken: number;
}

/** What a link needs of its node. */
export interface LinkHost {
  readonly clock: Clock;
  readonly channel: HfChannel;
  readonly options: HfNodeOptions;
  /** The link has something to say. */
  ask(): void;
  /** Why a request of that node is refused; undefined to accept it. */
  refuses(peer: HfAddress): LinkRefusal | undefined;
  /** A hard link may let some wait. */
  mayGo(peer: HfAddress, outgoing: Outgoing): boolean;
  /** A C_PDU has come whole. */
  arrived(peer: HfAddress, cPdu: CPdu): void;
  /** The link is made, or no longer there. */
  changed(peer: HfAddress, state: "up" | "broken" | "failed"): void;
}
