import type { Transport } from "../net/mod.ts";
import type { Stanza } from "../stanza/mod.ts";
import { type BlockRoad, type Outcome, RCOP_HEADER_SIZE_BYTES, segmentedBytes } from "../stanag5066/mod.ts";
import type { Element } from "../xml/mod.ts";
import { AirWindow } from "./air_window.ts";
import type { LinkContext } from "./context.ts";
import { Deadline } from "./deadline.ts";
import { HEARD_SINCE_START } from "./heard.ts";
import { isQuestionOfPresence } from "./inbound.ts";
import { Inspector } from "./inspector.ts";
import { sentLimits, takenLimits } from "./limits.ts";
import { type LinkMode, ModeSwitch } from "./mode.ts";
import { LinkNews } from "./news.ts";
import { NodeRest } from "./node_rest.ts";
import { type Batch, Outbox } from "./outbox.ts";
import { carrierNames, type LinkPeer, type PeerConfig, type StanagCarrierConfig } from "./peer_config.ts";
import { statusOf } from "./peer_view.ts";
import { RecentIds } from "./recent_ids.ts";
import { Standing } from "./standing.ts";
import type { LinkState, PeerStatus } from "./status.ts";
import { StanzaBlocks } from "./stanza_blocks.ts";
import { Tally } from "./tally.ts";
import { Thinner } from "./thinner.ts";

/** Priorities of U_PDUs at the node by precedence, 15 the most urgent. */
const PRIORITIES = { routine: 6, priority: 8, immediate: 11, flash: 14 } as const;

const encoder = new TextEncoder();

/** A stanza that the node was given. */
interface Sent {
  readonly batch: Batch;
  readonly sizeBytes: number;
  /** Undefined until it is known. */
  outcome: Outcome["kind"] | undefined;
}

/**
 * The link to one peer of another vendor over STANAG 5066: XEP-0365 version 0.2.1, each stanza a U_PDU of its own over
 * RCOP. A stanza stays on disk until the node confirms it. When one is rejected, what was given after it is awaited
 * first and then all that failed goes again, in order; what the peer's node had confirmed of it meanwhile does not. The
 * profile cannot know whether the process behind the peer's node has it, so it may be lost or repeated by a crash.
 */
export class BlockPeer implements LinkPeer {
  readonly #config: PeerConfig;
  readonly #carrier: StanagCarrierConfig;
  readonly #context: LinkContext;
  readonly #inspector: Inspector;
  readonly #standing: Standing;
  readonly #tally: Tally;
  readonly #outbox: Outbox;
  readonly #thinner: Thinner;
  readonly #mode: ModeSwitch;
  readonly #news: LinkNews;
  readonly #expiry: Deadline;
  readonly #window: AirWindow;
  readonly #rest: NodeRest;
  readonly #incoming: StanzaBlocks;
  readonly #recent: RecentIds;
  /** In the order in which they were given; by handle. */
  readonly #sent = new Map<number, Sent>();
  #road: BlockRoad | undefined;
  #isRunning = false;
  #isScheduled = false;

  constructor(config: PeerConfig, carrier: StanagCarrierConfig, context: LinkContext) {
    const { clock, log, router, storage, metrics } = context;
    const { name } = config;
    this.#config = config;
    this.#carrier = carrier;
    this.#context = context;
    this.#standing = new Standing(clock);
    this.#tally = new Tally(name, metrics);
    this.#inspector = new Inspector(config, context, this.#tally);
    this.#recent = new RecentIds(storage.recentStanzas(name));
    const answer = (stanza: Stanza) => router.route(stanza);
    this.#thinner = new Thinner({ rules: config.rules, direction: "in", tally: this.#tally, answer });
    this.#outbox = new Outbox({
      peer: config,
      store: storage.linkQueue,
      limits: sentLimits(context.limits),
      answer,
      cached: context.cached,
      status: () => this.status(),
      tally: this.#tally,
      clock,
      log,
    });
    const names = carrierNames(config, carrier);
    this.#outbox.use(names);
    this.#thinner.carrier = names;
    const heard = config.trustsAfterBreak === true ? HEARD_SINCE_START : undefined;
    this.#news = new LinkNews(config, clock, context.events, log, heard);
    this.#window = new AirWindow(carrier);
    this.#rest = new NodeRest(clock, context.random, carrier.turnaroundMs, () => this.#wake());
    this.#incoming = new StanzaBlocks(takenLimits(context.limits), {
      stanza: (element) => this.#deliver(element),
      damaged: (why) => log.warn("link block damaged", { peer: name, error: why }),
    });
    this.#mode = new ModeSwitch({
      peer: name,
      settings: storage.settings,
      hours: config.quietHours ?? [],
      clock,
      onChange: () => {
        if (this.#mode.isSilent) this.#road?.withdraw();
        this.#changed();
      },
    });
    this.#expiry = new Deadline(clock, () => {
      this.#outbox.expire();
      this.#wake();
    });
  }

  get config(): PeerConfig {
    return this.#config;
  }

  start(): void {
    this.#isRunning = true;
    this.#outbox.load();
    this.#mode.start();
    this.#open();
    this.#changed();
  }

  stop(): Promise<void> {
    this.#isRunning = false;
    this.#mode.stop();
    this.#news.stop();
    this.#rest.stop();
    this.#expiry.set(undefined);
    this.#closeRoad();
    this.#outbox.storeAll();
    return Promise.resolve();
  }

  accept(stanza: Stanza): void {
    // Stored at once: it waits until the peer's node has it.
    this.#outbox.accept(stanza, { isUp: this.#road?.isOpen === true, roomBytes: 0 });
    this.#wake();
  }

  acceptCall(transport: Transport): void {
    transport.abort("not-allowed");
  }

  setMode(mode: LinkMode): void {
    if (!this.#mode.set(mode)) return;
    this.#context.log.info("link switched", { peer: this.#config.name, mode });
    if (mode !== "up") this.#road?.withdraw();
    if (mode === "down") this.#closeRoad();
    else if (this.#isRunning) this.#open();
    this.#changed();
  }

  flush(): number {
    return this.#outbox.flush();
  }

  recentXml(): undefined {
    return undefined;
  }

  status(): PeerStatus {
    const status = statusOf({
      config: this.#config,
      outbox: this.#outbox,
      tally: this.#tally,
      standing: this.#standing,
      nowMs: this.#context.clock.nowMs(),
      carrier: this.#standing.state === "up" ? this.#carrier : undefined,
    });
    const trouble = this.#context.stations.troubleOf(this.#carrier);
    return { ...status, unacknowledged: this.#sent.size, trouble };
  }

  #open(): void {
    if (this.#road !== undefined || this.#mode.mode === "down") return;
    const { stations, clock } = this.#context;
    this.#road = stations.open(this.#carrier, "segments", {
      opened: () => this.#changed(),
      closed: () => this.#changed(),
      room: () => this.#wake(),
      outcome: (handle, outcome) => this.#outcome(handle, outcome),
      received: (octets, { isFirst }) => {
        this.#tally.addBytes("link", "in", RCOP_HEADER_SIZE_BYTES + octets.length);
        this.#tally.noteHeard(clock.nowMs());
        this.#rest.well();
        this.#incoming.take(octets, isFirst);
      },
      reset: () => this.#incoming.reset(),
    });
  }

  /** What the node has not confirmed by now is taken for not brought over. */
  #closeRoad(): void {
    this.#road?.close();
    this.#road = undefined;
    for (const sent of this.#sent.values()) sent.outcome ??= "lost";
    this.#giveBack();
  }

  #changed(): void {
    if (!this.#isRunning) return;
    if (this.#road?.isOpen === true) this.#news.up();
    else this.#news.downLater();
    this.#standing.note(this.#currentState);
    this.#wake();
  }

  #wake(): void {
    if (this.#isScheduled || !this.#isRunning) return;
    this.#isScheduled = true;
    this.#context.turn.flush(() => {
      this.#isScheduled = false;
      if (this.#isRunning) this.#drain();
      if (this.#isRunning) this.#expiry.set(this.#outbox.nextExpiryMs);
    });
  }

  #drain(): void {
    const road = this.#road;
    if (road === undefined || this.#mode.isSilent || this.#rest.isResting) return;
    // What follows one that failed waits until all that failed can go again in its order.
    while (road.hasRoom && ![...this.#sent.values()].some(({ outcome }) => outcome !== undefined)) {
      if (this.#window.room(road.mostBytes).blocks === 0) return;
      const batch = this.#outbox.take(1);
      const [first] = batch?.stanzas ?? [];
      if (batch === undefined || first === undefined) return;
      const octets = encoder.encode(batch.xml);
      const handle = road.submit(octets, { priority: PRIORITIES[first.precedence], ttlMs: undefined });
      this.#sent.set(handle, { batch, sizeBytes: octets.length, outcome: undefined });
      this.#window.handed(octets.length);
      this.#tally.addBytes("raw", "out", octets.length);
      this.#tally.addBytes("link", "out", segmentedBytes(octets.length, road.mostBytes));
    }
  }

  #outcome(handle: number, outcome: Outcome): void {
    const { kind } = outcome;
    const sent = this.#sent.get(handle);
    if (sent === undefined) return;
    this.#rest.outcome(outcome);
    if (kind === "confirmed") {
      this.#sent.delete(handle);
      this.#window.done(sent.sizeBytes);
      this.#outbox.handedOver(sent.batch);
    } else {
      sent.outcome = kind;
    }
    this.#giveBack();
    this.#wake();
  }

  /** Puts what failed back to the head of the queue, once nothing is under way any more. */
  #giveBack(): void {
    const all = [...this.#sent.values()];
    if (all.length === 0 || all.some(({ outcome }) => outcome === undefined)) return;
    this.#sent.clear();
    for (const { sizeBytes } of all) this.#window.done(sizeBytes);
    this.#outbox.takeBack(all.map(({ batch }) => batch));
  }

  #deliver(element: Element): void {
    const { clock, router, log } = this.#context;
    const stanza = this.#inspector.inspect(element);
    if ("condition" in stanza) return;
    if (this.#recent.repeats(stanza, clock.nowMs())) {
      log.info("link stanza came twice", { peer: this.#config.name });
      return;
    }
    this.#tally.addStanzas("in", 1);
    if (isQuestionOfPresence(stanza)) this.#outbox.reopen(stanza.to, stanza.from);
    const admitted = this.#thinner.admit(stanza);
    if (admitted !== undefined) router.route(admitted.stanza);
  }

  get #currentState(): LinkState {
    if (this.#mode.mode === "down") return "disabled";
    if (this.#mode.isSilent) return "quiet";
    return this.#road?.isOpen === true ? "up" : "down";
  }
}
