import type { Clock, CloseReason, Log, RandomSource } from "../base/mod.ts";
import {
  type BlockRoad,
  type BlockRoadEvents,
  type Outcome,
  RCOP_HEADER_SIZE_BYTES,
} from "../stanag5066/mod.ts";
import { AirWindow } from "./air_window.ts";
import {
  type Channel,
  cutFrame,
  DamageError,
  type GuardChannel,
  type Outgoing,
  PieceReader,
  type Room,
} from "./flow/mod.ts";
import { NodeRest } from "./node_rest.ts";
import type { StanagCarrierConfig } from "./peer_config.ts";
import { gatherMs, type Road, type RoadEvents } from "./road.ts";
import type { Tally } from "./tally.ts";

/** Priority of U_PDUs at the node, 15 the most urgent. The stanzas of a flow leave in order, so all have the same. */
const PRIORITY = 8;

export interface StanagRoadOptions {
  readonly peer: string;
  readonly carrier: StanagCarrierConfig;
  readonly rank: number;
  readonly channel: Channel;
  /** Begins the protection of its frames: anew whenever another connection was used in between. */
  readonly openGuard: () => GuardChannel;
  readonly isLatestGuard: (guard: GuardChannel) => boolean;
  readonly tally: Tally;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
}

/** A frame on its way: as soon as one piece is lost it is lost, when all are confirmed it is. */
interface UnderWay {
  readonly channelHandle: number | undefined;
  readonly guard: GuardChannel;
  readonly ticket: number;
  piecesLeft: number;
  isOver: boolean;
}

/** A STANAG 5066 node as a road to a peer in profile `halyard`: frames become U_PDUs, and the node confirms them. */
export class StanagRoad implements Road {
  readonly carrier: StanagCarrierConfig;
  readonly rank: number;
  readonly isOurs = true;
  readonly channel: Channel;
  readonly gatherMs: number;
  readonly waitMs = undefined;
  readonly #options: StanagRoadOptions;
  readonly #events: RoadEvents;
  readonly #road: BlockRoad;
  readonly #window: AirWindow;
  readonly #rest: NodeRest;
  readonly #pieces = new PieceReader();
  readonly #underWay = new Map<number, { readonly frame: UnderWay; readonly sizeBytes: number }>();
  #guard: GuardChannel | undefined;
  #frames = 0;
  #isProven = false;
  #isClosed = false;
  /** Pieces of a frame that the node had no room for yet. */
  #waiting: { readonly frame: UnderWay; readonly octets: Uint8Array }[] = [];

  /** @param open makes the road to the node; its events are for this object */
  constructor(
    options: StanagRoadOptions,
    open: (events: BlockRoadEvents) => BlockRoad,
    events: RoadEvents,
  ) {
    const { carrier, rank, channel } = options;
    this.#options = options;
    this.#events = events;
    this.carrier = carrier;
    this.rank = rank;
    this.channel = channel;
    this.gatherMs = gatherMs(carrier.turnaroundMs);
    this.#window = new AirWindow(carrier);
    this.#rest = new NodeRest(options.clock, options.random, carrier.turnaroundMs, () => this.#sendWaiting());
    // Nobody knows what the node has had for us before.
    channel.missed();
    this.#road = open({
      opened: ({ isNewBind }) => {
        if (isNewBind) channel.missed();
        events.changed();
      },
      closed: ({ detail }) => {
        options.log.info("node not available", { peer: options.peer, why: detail });
        events.changed();
      },
      room: () => this.#sendWaiting(),
      outcome: (handle, outcome) => this.#outcome(handle, outcome),
      received: (octets) => this.#received(octets),
      reset: () => {},
    });
  }

  get isOpen(): boolean {
    return !this.#isClosed && this.#road.isOpen;
  }

  get isProven(): boolean {
    return this.#isProven;
  }

  get isAnswerDue(): boolean {
    return this.#guard?.isAnswerDue === true;
  }

  get room(): Room | undefined {
    const isBusy = this.#waiting.length > 0 || !this.#road.hasRoom || this.#guard?.hasRoom === false;
    if (!this.isOpen || isBusy || this.#rest.isResting) return undefined;
    const { blockBytes, blocks } = this.#window.room(this.#road.mostBytes);
    const overheadBytes = this.#guard?.overheadBytes ?? 0;
    const textBytes = blocks === 0 ? 0 : Number.MAX_SAFE_INTEGER;
    return { textBytes, blockBytes: blockBytes - overheadBytes, blocks: Math.max(1, blocks) };
  }

  prepare(): void {
    if (this.#guard !== undefined && this.#options.isLatestGuard(this.#guard)) return;
    this.#guard = this.#options.openGuard();
  }

  send(outgoing: readonly Outgoing[]): void {
    if (this.#isClosed) return;
    const guard = this.#guard ??= this.#options.openGuard();
    for (const { octets, handle } of outgoing) this.#hand(guard, guard.protect(octets), handle);
    const answer = guard.answer();
    if (answer !== undefined) this.#hand(guard, answer, undefined);
    this.#sendWaiting();
  }

  withdraw(): void {
    for (const { frame } of [...this.#waiting]) if (!frame.isOver) this.#settle(frame, false);
    this.#road.withdraw();
  }

  close(reason: CloseReason): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#rest.stop();
    if (reason === "closed-by-us") this.#road.withdraw();
    this.#road.close();
    this.#events.ended(reason);
  }

  #hand(
    guard: GuardChannel,
    { octets, ticket }: { readonly octets: Uint8Array; readonly ticket: number },
    channelHandle: number | undefined,
  ): void {
    const pieces = cutFrame(octets, this.#road.mostBytes, this.#frames++);
    const frame: UnderWay = { channelHandle, guard, ticket, piecesLeft: pieces.length, isOver: false };
    for (const piece of pieces) this.#waiting.push({ frame, octets: piece });
  }

  /** Hands over what waits, as far as the node takes it. */
  #sendWaiting(): void {
    while (this.#waiting.length > 0 && this.#road.hasRoom && !this.#rest.isResting) {
      const next = this.#waiting.shift();
      if (next === undefined || next.frame.isOver) continue;
      const handle = this.#road.submit(next.octets, { priority: PRIORITY, ttlMs: undefined });
      this.#underWay.set(handle, { frame: next.frame, sizeBytes: next.octets.length });
      this.#window.handed(next.octets.length);
      this.#options.tally.addBytes("link", "out", RCOP_HEADER_SIZE_BYTES + next.octets.length);
    }
    if (this.#waiting.length === 0) this.#events.changed();
  }

  #outcome(handle: number, outcome: Outcome): void {
    const { kind } = outcome;
    const found = this.#underWay.get(handle);
    if (found === undefined) return;
    this.#rest.outcome(outcome);
    this.#underWay.delete(handle);
    this.#window.done(found.sizeBytes);
    const { frame } = found;
    if (kind === "confirmed") frame.piecesLeft--;
    if (!frame.isOver && (kind !== "confirmed" || frame.piecesLeft === 0)) {
      this.#settle(frame, kind === "confirmed");
    }
    this.#sendWaiting();
  }

  #settle(frame: UnderWay, isConfirmed: boolean): void {
    frame.isOver = true;
    this.#waiting = this.#waiting.filter((one) => one.frame !== frame);
    if (isConfirmed) frame.guard.confirmed(frame.ticket);
    else frame.guard.failed(frame.ticket);
    if (frame.channelHandle !== undefined) this.channel.outcome(frame.channelHandle, isConfirmed);
  }

  #received(octets: Uint8Array): void {
    const { clock, tally, log, peer } = this.#options;
    tally.addBytes("link", "in", RCOP_HEADER_SIZE_BYTES + octets.length);
    tally.noteHeard(clock.nowMs());
    this.#rest.well();
    try {
      const whole = this.#pieces.take(octets);
      if (whole !== undefined) this.#take(whole);
    } catch (error) {
      if (!(error instanceof DamageError)) throw error;
      log.warn("link block damaged", { peer, error: error.message });
    }
    this.#events.received();
  }

  #take(octets: Uint8Array): void {
    const guard = this.#guard ??= this.#options.openGuard();
    const { frame, fault, mustRenew } = guard.unprotect(octets);
    if (fault !== undefined) this.#events.faulty(fault);
    // The other side has taken nothing of what the node says to have brought over.
    if (mustRenew) this.channel.again();
    if (frame === undefined) return;
    if (fault === undefined) this.#events.faulty(undefined);
    this.#isProven = true;
    this.channel.receive(frame, this.#options.clock.monotonicMs());
  }
}
