import type { Clock, Log, RandomSource } from "../base/mod.ts";
import type { Network, Transport } from "../net/mod.ts";
import { Caller } from "./caller.ts";
import type { TcpCarrierConfig } from "./peer_config.ts";

/** A carrier that can be called, with its place in the configuration. */
export interface RankedCarrier {
  readonly rank: number;
  readonly carrier: TcpCarrierConfig;
}

/** What the callers stand on. */
export interface CallersOptions {
  readonly peer: string;
  readonly carriers: readonly RankedCarrier[];
  readonly network: Network;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  readonly onConnected: (transport: Transport, carrier: RankedCarrier) => void;
  /** A call has begun or failed. */
  readonly onChange: () => void;
}

interface Line {
  readonly rank: number;
  readonly caller: Caller;
  /** Its last call failed, or its last connection was of no use. */
  hasFailed: boolean;
  /** Its last connection ended: the next call is made after a pause. */
  isResting: boolean;
}

/**
 * Calls a peer over several carriers, each with pauses of its own: the preferred first, the others once those before
 * them have failed, and those that are better than what is in use again and again.
 */
export class Callers {
  readonly #lines: readonly Line[];

  constructor(options: CallersOptions) {
    this.#lines = options.carriers.filter(({ carrier }) => carrier.connect !== undefined).map((ranked) => {
      const line: Line = {
        rank: ranked.rank,
        hasFailed: false,
        isResting: false,
        caller: new Caller({
          ...options,
          carriers: [ranked.carrier],
          onConnected: (transport) => options.onConnected(transport, ranked),
          onFailed: () => {
            line.hasFailed = true;
            options.onChange();
          },
          onCalling: options.onChange,
        }),
      };
      return line;
    });
  }

  /** Whether a call is under way. */
  get isCalling(): boolean {
    return this.#lines.some(({ caller }) => caller.isCalling);
  }

  /** Whether there are carriers before `rank` that can be called, and all of them have been, in vain. */
  haveFailedBefore(rank: number): boolean {
    const before = this.#lines.filter((line) => line.rank < rank);
    return before.length > 0 && before.every((line) => line.hasFailed);
  }

  /**
   * Brings the calls into line with what is in use.
   * @param rank of the carrier in use; those before it are called. Undefined: none is, so all are, in their order
   * @param connected places of carriers over which there is a connection already, that has yet to show that it works
   */
  want(rank: number | undefined, connected: ReadonlySet<number>): void {
    let isHopeful = false;
    for (const line of this.#lines) {
      const isWanted = rank === undefined ? !isHopeful : line.rank < rank;
      if (!isWanted || connected.has(line.rank)) line.caller.rest();
      else if (line.hasFailed || line.isResting) line.caller.callLater();
      else line.caller.callNow();
      isHopeful ||= !line.hasFailed;
    }
  }

  /** Every carrier gets a fresh chance, and needs no pause first. */
  refresh(): void {
    for (const line of this.#lines) {
      line.hasFailed = false;
      line.isResting = false;
      line.caller.succeeded();
      line.caller.rest();
    }
  }

  /** Something has come over a carrier. */
  succeeded(rank: number): void {
    const line = this.#find(rank);
    if (line === undefined) return;
    line.hasFailed = false;
    line.isResting = false;
  }

  /** A connection has ended. @param wasGood whether it was of use: then pauses begin small again */
  ended(rank: number, wasGood: boolean): void {
    const line = this.#find(rank);
    if (line === undefined) return;
    line.isResting = true;
    if (wasGood) line.caller.succeeded();
    else line.hasFailed = true;
  }

  /** Awaits no further call and gives up those under way. */
  stop(): void {
    for (const { caller } of this.#lines) caller.stop();
  }

  /** Awaits no further call; those under way go on. */
  rest(): void {
    for (const { caller } of this.#lines) caller.rest();
  }

  #find(rank: number): Line | undefined {
    return this.#lines.find((line) => line.rank === rank);
  }
}
