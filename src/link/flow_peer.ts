import { type CancelTimer, type CloseReason, earliest } from "../base/mod.ts";
import type { Transport } from "../net/mod.ts";
import type { Stanza } from "../stanza/mod.ts";
import { type Element, elementSizeBytes } from "../xml/mod.ts";
import { AudienceFolder } from "./audience.ts";
import { Callers, type RankedCarrier } from "./callers.ts";
import type { LinkContext } from "./context.ts";
import { Deadline } from "./deadline.ts";
import { endedByRestart } from "./ended.ts";
import { codingFor, LinkEngine } from "./flow/mod.ts";
import { FlowInbound } from "./flow_inbound.ts";
import { Gathering } from "./gathering.ts";
import { Heard } from "./heard.ts";
import { LinkIds, stemOf } from "./ids/mod.ts";
import { oursStands } from "./inbound.ts";
import { flowLimits } from "./limits.ts";
import { type LinkMode, ModeSwitch } from "./mode.ts";
import { LinkNews } from "./news.ts";
import { Outbox } from "./outbox.ts";
import { carrierNames, type LinkPeer, type PeerConfig, type TcpCarrierConfig } from "./peer_config.ts";
import { statusOf } from "./peer_view.ts";
import type { Road } from "./road.ts";
import { RoadMaker } from "./road_maker.ts";
import { Roads } from "./roads.ts";
import { Standing } from "./standing.ts";
import type { LinkState, PeerStatus } from "./status.ts";
import { Suspicion } from "./suspicion.ts";
import { Tally } from "./tally.ts";
import { Unfolder } from "./unfolder.ts";

/** How long what was received may stay unacknowledged on a stream before an acknowledgement goes alone. */
const ACK_DELAY_MS = 30_000;
/** By what the delay stamp and the addresses may lengthen a stanza between queue and link. */
const STAMP_SIZE_BYTES = 512;

const encoder = new TextEncoder();

/**
 * The link to one peer in profile `halyard` (docs/link-protocol.md): stanzas go from the outbox into the engine as late
 * as there is room for them, and stay with the engine until the other side has them on disk.
 *
 * All connections are heard; stanzas leave on one of them (see `Roads`).
 */
export class FlowPeer implements LinkPeer {
  readonly #config: PeerConfig;
  readonly #context: LinkContext;
  readonly #inbound: FlowInbound;
  readonly #standing: Standing;
  readonly #tally: Tally;
  readonly #ids: LinkIds;
  readonly #outbox: Outbox;
  readonly #unfolder: Unfolder;
  readonly #engine: LinkEngine;
  readonly #maker: RoadMaker;
  readonly #callers: Callers;
  readonly #roads: Roads;
  readonly #mode: ModeSwitch;
  readonly #news: LinkNews;
  readonly #expiry: Deadline;
  readonly #gathering = new Gathering();
  #isRunning = false;
  #isScheduled = false;
  #wasSilent = false;
  #cancelWait: CancelTimer | undefined;
  #onAllEnded: (() => void) | undefined;
  readonly #suspicion: Suspicion;

  constructor(config: PeerConfig, context: LinkContext) {
    const { clock, random, log, network, router, storage, metrics } = context;
    const { name, carriers, shorten } = config;
    this.#config = config;
    this.#context = context;
    this.#standing = new Standing(clock);
    this.#tally = new Tally(name, metrics);
    const folder = context.rosters && new AudienceFolder(context.rosters, config.byDomain);
    const stem = stemOf(context.servedDomains[0] ?? "", config.domains[0] ?? "");
    this.#ids = new LinkIds({ store: storage.linkIds(name), random, stem, isOn: shorten });
    this.#outbox = new Outbox({
      folder,
      peer: config,
      store: storage.linkQueue,
      limits: flowLimits(context.limits, STAMP_SIZE_BYTES),
      answer: (stanza) => router.route(stanza),
      cached: context.cached,
      status: () => this.status(),
      finish: (element) => this.#withShortIds(element),
      tally: this.#tally,
      clock,
      log,
    });
    this.#unfolder = new Unfolder(folder, this.#outbox, (answer) => this.accept(answer));
    const way = { config, context, tally: this.#tally, ids: this.#ids, unfolder: this.#unfolder };
    this.#inbound = new FlowInbound(way);
    this.#news = new LinkNews(config, clock, context.events, log, new Heard(storage.settings, config));
    this.#engine = new LinkEngine({
      store: storage.flows(name),
      random,
      coding: codingFor(config),
      ackDelayMs: ACK_DELAY_MS,
      events: {
        deliver: ({ element }) => this.#inbound.deliver(element),
        shortened: (stanzas, savedBytes) =>
          this.#tally.addSaving("shortened", "said by what is new in them", savedBytes, stanzas),
        peerRestarted: () => {
          // The peer has forgotten whom it had shown us, and whom we had shown it.
          this.#outbox.beginEpoch();
          this.#news.again();
        },
        resynchronised: (what, lost) => {
          log.warn("link resynchronised", { peer: name, what, lost });
          // What the peer had told of its users may be among what is lost.
          if (lost > 0) this.#news.again();
        },
        damaged: (error) => log.warn("link block damaged", { peer: name, error: error.message }),
      },
    });
    this.#suspicion = new Suspicion(name, log, () => this.#roads.inUse);
    this.#maker = new RoadMaker(config, context, this.#engine, this.#tally, {
      received: (road) => this.#received(road),
      faulty: (road, fault) => this.#suspicion.note(road, fault),
      damaged: (road, why) => this.#suspicion.damaged(road, why),
      changed: () => {
        this.#settle();
        this.#wake();
      },
      ended: (road, reason) => this.#ended(road, reason),
    });
    this.#callers = new Callers({
      peer: name,
      carriers: carriers.flatMap((carrier, rank) => carrier.kind === "tcp" ? [{ carrier, rank }] : []),
      network,
      clock,
      random,
      log,
      onConnected: (transport, ranked) => this.#connected(transport, ranked, true),
      onChange: () => this.#settle(),
    });
    this.#roads = new Roads({
      engine: this.#engine,
      callers: this.#callers,
      clock,
      oursStands: oursStands(this.#inbound.borders),
      mustProve: config.auth !== undefined,
      onUse: (road) => this.#used(road),
    });
    this.#mode = new ModeSwitch({
      peer: name,
      settings: storage.settings,
      hours: config.quietHours ?? [],
      clock,
      onChange: () => this.#modeChanged(),
    });
    this.#expiry = new Deadline(clock, () => {
      this.#outbox.expire();
      this.#settle();
      this.#wake();
    });
  }

  get config(): PeerConfig {
    return this.#config;
  }

  start(): void {
    this.#isRunning = true;
    this.#outbox.load();
    const { clock, rosters } = this.#context;
    for (const gone of endedByRestart(this.#engine.unacknowledgedTexts, clock.nowMs(), rosters)) {
      this.#outbox.accept(gone, { isUp: false, roomBytes: 0 });
    }
    this.#mode.start();
    this.#openNodes();
    this.#settle();
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#callers.stop();
    this.#mode.stop();
    this.#cancelWait?.();
    this.#news.stop();
    this.#expiry.set(undefined);
    this.#roads.closeAll("shutdown");
    if (this.#roads.size > 0) await new Promise<void>((resolve) => this.#onAllEnded = resolve);
    this.#outbox.storeAll();
  }

  accept(stanza: Stanza): void {
    const isUp = !this.#mode.isSilent && (this.#roads.inUse !== undefined || this.#roads.isIdle);
    // Stored at once: in this profile what was accepted survives whatever happens.
    this.#outbox.accept(stanza, { isUp, roomBytes: 0 });
    this.#settle();
    this.#wake();
  }

  acceptCall(transport: Transport, carrier: TcpCarrierConfig): void {
    if (!this.#isRunning || this.#mode.mode === "down") return transport.abort("not-allowed");
    this.#connected(transport, { carrier, rank: this.#config.carriers.indexOf(carrier) }, false);
  }

  setMode(mode: LinkMode): void {
    if (!this.#mode.set(mode)) return;
    this.#context.log.info("link switched", { peer: this.#config.name, mode });
    if (mode === "down") this.#roads.closeAll("closed-by-us");
    this.#modeChanged();
  }

  flush(): number {
    return this.#outbox.flush();
  }

  status(): PeerStatus {
    const status = statusOf({
      config: this.#config,
      outbox: this.#outbox,
      tally: this.#tally,
      standing: this.#standing,
      nowMs: this.#context.clock.nowMs(),
      carrier: this.#roads.inUse?.carrier,
    });
    return {
      ...status,
      unacknowledged: this.#engine.unacknowledged,
      trouble: this.#trouble,
    };
  }

  get #trouble(): string | undefined {
    const { trouble } = this.#suspicion;
    if (trouble !== undefined) return trouble;
    const troubles = this.#config.carriers.flatMap((carrier) =>
      carrier.kind === "tcp" ? [] : [this.#context.stations.troubleOf(carrier)]
    );
    return troubles.find((trouble) => trouble !== undefined);
  }

  #connected(transport: Transport, ranked: RankedCarrier, isOurs: boolean): void {
    const { host, port } = transport.remote;
    this.#context.log.info("link connected", {
      peer: this.#config.name,
      host,
      port,
      carrier: ranked.carrier.kind,
    });
    this.#roads.add(this.#maker.stream(transport, ranked, isOurs));
    this.#settle();
    this.#wake();
  }

  /** The roads over nodes are there as long as the link is not switched off. */
  #openNodes(): void {
    if (this.#mode.mode === "down") return;
    for (const [rank, carrier] of this.#config.carriers.entries()) {
      if (carrier.kind === "stanag5066" && !this.#roads.has(rank)) {
        this.#roads.add(this.#maker.node(carrier, rank));
      }
    }
  }

  #received(road: Road): void {
    if (road.isOpen && road.isProven) this.#suspicion.sound();
    if (road.channel.mustEnd) road.close("closed-by-us");
    this.#roads.heard(road);
    this.#settle();
    this.#wake();
  }

  #ended(road: Road, reason: CloseReason): void {
    this.#tally.addClosed(reason);
    this.#context.log.info("link connection ended", { peer: this.#config.name, reason });
    this.#roads.remove(road, reason);
    this.#settle();
    this.#wake();
    if (this.#roads.size === 0) this.#onAllEnded?.();
  }

  /** Another road is in use, or none. */
  #used(road: Road | undefined): void {
    this.#gathering.end();
    const names = carrierNames(this.#config, road?.carrier);
    this.#outbox.use(names);
    this.#inbound.use(names);
    if (road !== undefined) this.#news.up();
  }

  /** Brings calls and state into line with what there is and what is wanted. */
  #settle(): void {
    if (!this.#isRunning) return;
    const hasToSay = this.#outbox.hasToSay || this.#engine.unacknowledged > 0;
    const { isSilent } = this.#mode;
    if (this.#wasSilent && !isSilent) this.#roads.resume();
    this.#wasSilent = isSilent;
    if (isSilent) this.#callers.stop();
    else this.#roads.settle(hasToSay);
    // A call that an idle link needed may have been in vain, or the link was switched off.
    const isResting = this.#roads.isIdle && this.#mode.mode !== "down";
    if (this.#roads.inUse === undefined && !isResting) this.#news.downLater();
    this.#noteState();
  }

  #modeChanged(): void {
    if (this.#mode.isSilent) this.#roads.withdraw();
    if (this.#isRunning) this.#openNodes();
    this.#settle();
    this.#wake();
  }

  #withShortIds(element: Element): Element {
    const short = this.#ids.outgoing(element);
    const savedBytes = short === element ? 0 : elementSizeBytes(element) - elementSizeBytes(short);
    if (savedBytes > 0) {
      this.#tally.addSaving("short-ids", "ids of clients crossed as short ones", savedBytes);
    }
    return short;
  }

  /** Looks, when the turn ends, at what can be sent. */
  #wake(): void {
    if (this.#isScheduled || !this.#isRunning) return;
    this.#isScheduled = true;
    this.#context.turn.flush(() => {
      this.#isScheduled = false;
      if (!this.#isRunning) return;
      this.#fill();
      // What was given a number is on disk before it leaves: sending is for after the next commit.
      this.#context.turn.flush(() => this.#send());
      this.#expiry.set(this.#outbox.nextExpiryMs);
    });
  }

  /** Moves stanzas from the outbox to the engine while the road in use has room for them. */
  #fill(): void {
    const road = this.#roads.inUse;
    const room = road?.room;
    if (road === undefined || room === undefined || this.#mode.isSilent) return;
    const nowMs = this.#context.clock.monotonicMs();
    if (this.#gathering.isOn(road.gatherMs, road.channel.wanted(room), this.#outbox, nowMs)) return;
    const hasRoom = (nextBytes: number) => this.#engine.hasRoomFor(nextBytes + STAMP_SIZE_BYTES);
    let wantedBytes = road.channel.wanted(room);
    while (wantedBytes > 0) {
      const batch = this.#outbox.take(1, hasRoom);
      if (batch === undefined) return this.#unfolder.tellLost();
      const text = encoder.encode(batch.xml);
      this.#engine.accept(text);
      this.#outbox.handedOver(batch);
      this.#tally.addBytes("raw", "out", text.length);
      wantedBytes -= text.length;
    }
  }

  #send(): void {
    if (!this.#isRunning) return;
    const nowMs = this.#context.clock.monotonicMs();
    if (!this.#mode.isSilent) this.#roads.send(nowMs);
    this.#noteState();
    // What is due already waits for something else to happen.
    const moments = [...this.#roads.moments(nowMs), this.#gathering.untilMs ?? nowMs];
    const nextMs = earliest(...moments.filter((ms) => ms > nowMs));
    this.#cancelWait?.();
    this.#cancelWait = undefined;
    if (nextMs === undefined) return;
    const waitMs = Math.max(1, nextMs - nowMs);
    this.#cancelWait = this.#context.clock.after(waitMs, () => {
      this.#settle();
      this.#wake();
    });
  }

  #noteState(): void {
    this.#standing.note(this.#currentState());
  }

  #currentState(): LinkState {
    if (this.#mode.mode === "down") return "disabled";
    if (this.#mode.isSilent) return "quiet";
    if (this.#roads.inUse !== undefined) return this.#roads.isSuspect ? "silent" : "up";
    if (this.#roads.isIdle) return "idle";
    return this.#callers.isCalling ? "calling" : "down";
  }
}
