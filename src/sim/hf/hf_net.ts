import { type Clock, type Log, nullLog, seededRandom } from "../../base/mod.ts";
import { StoppableClock } from "../stoppable_clock.ts";
import { hfModem, type ModemChoice } from "./air.ts";
import { HfChannel, type HfChannelOptions } from "./channel.ts";
import type { HfAddress } from "./dpdu.ts";
import { HfNode } from "./node.ts";
import type { HfNodeOptions } from "./options.ts";
import { SisServer } from "./sis_server.ts";
import type { SisSettings } from "./sis_session.ts";

/** A channel and what is on it; what is not given is as the defaults say. */
export interface HfNetOptions extends Omit<HfChannelOptions, "modem"> {
  /** Rate, interleaver, turnaround: 1,200 bit/s, `short` and 2 s unless given. */
  readonly modem?: ModemChoice;
  /** One node for each; `1.2.3.4` and `1.2.3.5` unless given. */
  readonly addresses?: readonly HfAddress[];
  readonly node?: Partial<HfNodeOptions>;
  readonly sis?: Partial<SisSettings>;
  /** 1 unless given. */
  readonly seed?: number;
  readonly log?: Log;
}

/** Two nodes, as in the examples of the documentation. */
export const HF_ADDRESSES: readonly HfAddress[] = ["1.2.3.4", "1.2.3.5"];

/**
 * One HF channel with nodes on it and a SIS server in front of each. Under a virtual clock for tests, under the
 * machine's, or a faster one, for rehearsal. The same seed gives the same run.
 */
export class HfNet {
  readonly #clock: StoppableClock;
  readonly channel: HfChannel;
  /** In the order of the addresses; each server has its `node`. */
  readonly servers: readonly SisServer[];

  /** @throws {RangeError} when an option is out of its range */
  constructor(clock: Clock, options: HfNetOptions = {}) {
    this.#clock = new StoppableClock(clock);
    const { modem, fading, outages, addresses = HF_ADDRESSES, node, sis, seed = 1, log = nullLog } = options;
    this.channel = new HfChannel(
      this.#clock,
      { modem: hfModem(modem), ...(fading && { fading }), ...(outages && { outages }) },
      seededRandom(seed),
    );
    this.servers = addresses.map((address) =>
      new SisServer(this.#clock, new HfNode(this.#clock, this.channel, address, node), sis, log)
    );
  }

  /** The server of the node with that address. @throws {Error} when there is none */
  server(address: HfAddress): SisServer {
    const found = this.servers.find(({ node }) => node.address === address);
    if (found === undefined) throw new Error(`Cannot find node ${address}`);
    return found;
  }

  /** Ends it all: connections are broken, and nothing happens on the channel any more. */
  async stop(): Promise<void> {
    this.#clock.stop();
    await Promise.all(this.servers.map((server) => server.stop()));
  }
}
