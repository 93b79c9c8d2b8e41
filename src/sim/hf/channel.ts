import type { Clock, RandomSource } from "../../base/mod.ts";
import { airMs, type HfModem } from "./air.ts";
import { ChannelTally, type HfCounts } from "./counts.ts";
import { type DPdu, type HfAddress, isGroup } from "./dpdu.ts";
import { Fading, type FadingOptions } from "./fading.ts";
import { type Air, Flight } from "./flight.ts";
import { type Outage, Outages } from "./outages.ts";

/** How a channel behaves. */
export interface HfChannelOptions {
  readonly modem: HfModem;
  /** Nothing is lost unless given. */
  readonly fading?: FadingOptions;
  /** When nothing gets through at all, in milliseconds since the channel was made. */
  readonly outages?: readonly Outage[];
}

/** A node, as the channel sees it. */
export interface HfStation {
  readonly address: HfAddress;
  /** Its turn has come: the D_PDUs of one transmission; none when there is nothing to say after all. */
  compose(): readonly DPdu[];
  /** The transmission of its own that began `airMs` ago has ended. */
  sent(airMs: number): void;
  /** A D_PDU for it has come whole. */
  hear(dPdu: DPdu): void;
  /** The transmission of another has ended. */
  heardOut(): void;
}

/** A transmission that has ended, for who watches. */
export interface Transmission {
  readonly from: HfAddress;
  /** Since the channel was made. */
  readonly startMs: number;
  readonly airMs: number;
  readonly sizeBytes: number;
  readonly dPdus: readonly DPdu[];
  readonly blocks: number;
  readonly lostBlocks: number;
}

/**
 * One half-duplex HF channel shared by its stations.
 *
 * - One transmission at a time. Who has something to say asks for the channel (`want`); when a transmission has ended
 *   and `turnaroundMs` has passed, the turn goes to whoever has asked first among those who did not speak last, and to
 *   the last speaker only if nobody else wants it. So nothing ever collides, as between nodes that obey the EOT field
 *   of what they hear.
 * - A D_PDU reaches its station at the end of the interleaver block in which its last octet sits, unless one of the
 *   blocks it touches was lost.
 * - The same clock, options and seed give the same run.
 */
export class HfChannel implements Air {
  readonly modem: HfModem;
  readonly #clock: Clock;
  readonly #fading: Fading;
  readonly #outages: Outages;
  readonly #startMs: number;
  readonly #stations: HfStation[] = [];
  readonly #tally: ChannelTally;
  readonly #watchers: ((transmission: Transmission) => void)[] = [];
  #wanting: HfStation[] = [];
  #last: HfStation | undefined;
  /** When the channel is free for the next transmission. */
  #freeAtMs = 0;
  #sending = false;
  #granting = false;
  /** Blocks are looked at one after the other: the fading has come this far. */
  #fadedAtMs = 0;

  /** @throws {RangeError} when the fading's options are out of their range */
  constructor(clock: Clock, options: HfChannelOptions, random: RandomSource) {
    this.#clock = clock;
    this.modem = options.modem;
    this.#fading = new Fading(options.fading ?? { lossRatio: 0, burstBlocks: 1 }, random);
    this.#outages = new Outages(options.outages ?? []);
    this.#startMs = clock.monotonicMs();
    this.#tally = new ChannelTally(() => this.nowMs);
  }

  /** Milliseconds since the channel was made. */
  get nowMs(): number {
    return this.#clock.monotonicMs() - this.#startMs;
  }

  /** Somebody sends, or is about to. */
  get isBusy(): boolean {
    return this.#sending || this.#granting;
  }

  /** Whether anything gets through at this moment, fading apart. */
  get isUp(): boolean {
    return !this.#outages.overlaps(this.nowMs, this.nowMs);
  }

  /** What has gone over the channel so far. */
  get counts(): HfCounts {
    return this.#tally.counts();
  }

  /** Begins counting anew. */
  resetCounts(): void {
    this.#tally.reset();
  }

  /** `watcher` is told of every transmission when it has ended. */
  watch(watcher: (transmission: Transmission) => void): void {
    this.#watchers.push(watcher);
  }

  /** @throws {Error} when a station with this address is there already */
  attach(station: HfStation): void {
    if (this.#stations.some(({ address }) => address === station.address)) {
      throw new Error(`Cannot attach ${station.address}: the address is in use`);
    }
    this.#stations.push(station);
  }

  /** From now on nothing gets through, until `mend`. Nobody is told. */
  cut(): void {
    this.#outages.begin(this.nowMs);
  }

  /** What was cut gets through again. */
  mend(): void {
    this.#outages.end(this.nowMs);
  }

  /** The station wants to send; its `compose` is called when its turn has come. */
  want(station: HfStation): void {
    if (!this.#wanting.includes(station)) this.#wanting.push(station);
    this.#grantSoon();
  }

  #grantSoon(): void {
    if (this.#sending || this.#granting || this.#wanting.length === 0) return;
    this.#granting = true;
    this.#clock.after(Math.max(0, this.#freeAtMs - this.nowMs), () => this.#grant());
  }

  #grant(): void {
    for (let station = this.#next(); station !== undefined; station = this.#next()) {
      const dPdus = station.compose();
      if (dPdus.length === 0) continue;
      this.#granting = false;
      return this.#transmit(station, dPdus);
    }
    this.#granting = false;
  }

  #next(): HfStation | undefined {
    const next = this.#wanting.find((station) => station !== this.#last) ?? this.#wanting[0];
    this.#wanting = this.#wanting.filter((station) => station !== next);
    return next;
  }

  #transmit(station: HfStation, dPdus: readonly DPdu[]): void {
    this.#sending = true;
    const startMs = this.nowMs;
    const sizeBytes = dPdus.reduce((sum, dPdu) => sum + dPdu.sizeBytes, 0);
    const onAirMs = airMs(this.modem, sizeBytes);
    const flight = new Flight(this.modem, this, startMs, dPdus);
    this.#tally.begin(startMs, this.#last !== undefined && this.#last !== station);
    for (const stopMs of flight.stopsMs) {
      this.#clock.after(stopMs, () => {
        for (const dPdu of flight.arrived(stopMs)) this.#deliver(dPdu);
      });
    }
    this.#clock.after(onAirMs, () => {
      this.#sending = false;
      this.#last = station;
      this.#freeAtMs = this.nowMs + this.modem.turnaroundMs;
      const { blocks, lostBlocks } = flight;
      const ended = { from: station.address, startMs, airMs: onAirMs, sizeBytes, dPdus, blocks, lostBlocks };
      this.#tally.end(ended, this.#freeAtMs);
      for (const watcher of this.#watchers) watcher(ended);
      for (const other of this.#stations) {
        if (other !== station) other.heardOut();
      }
      station.sent(onAirMs);
      this.#grantSoon();
    });
  }

  /** For the flight. */
  isSilent(fromMs: number, toMs: number): boolean {
    return this.#outages.overlaps(fromMs, toMs);
  }

  /** For the flight. */
  fades(fromMs: number, toMs: number): boolean {
    const passed = (toMs - this.#fadedAtMs) / (toMs - fromMs);
    this.#fadedAtMs = toMs;
    return this.#fading.next(passed);
  }

  #deliver(dPdu: DPdu): void {
    for (const station of this.#stations) {
      const isMeant = station.address === dPdu.to || isGroup(dPdu.to);
      if (isMeant && station.address !== dPdu.from) station.hear(dPdu);
    }
  }
}
