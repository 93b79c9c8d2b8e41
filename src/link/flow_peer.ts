import type { CancelTimer, CloseReason } from "../base/mod.ts";
import type { Transport } from "../net/mod.ts";
import type { Stanza } from "../stanza/mod.ts";
import type { Element } from "../xml/mod.ts";
import { AudienceFolder } from "./audience.ts";
import { Caller } from "./caller.ts";
import type { LinkContext } from "./context.ts";
import { Deadline } from "./deadline.ts";
import { endedByRestart } from "./ended.ts";
import { LinkEngine } from "./flow/mod.ts";
import { FlowConnection } from "./flow_connection.ts";
import { type Borders, inspect, isQuestionOfAllPresence, isQuestionOfPresence } from "./inbound.ts";
import { sentLimits } from "./limits.ts";
import { Outbox } from "./outbox.ts";
import type { CarrierConfig, LinkPeer, PeerConfig } from "./peer_config.ts";
import { statusOf } from "./peer_view.ts";
import type { LinkState, PeerStatus } from "./status.ts";
import { Tally } from "./tally.ts";

/** XML that leaves together. */
const BATCH_SIZE_BYTES = 4_096;
/** How long what was received may stay unacknowledged before an acknowledgement goes alone. */
const ACK_DELAY_MS = 5_000;
/** By what the delay stamp and the addresses may lengthen a stanza between queue and link. */
const STAMP_SIZE_BYTES = 512;

const encoder = new TextEncoder();

/**
 * The link to one peer in profile `halyard` (docs/link-protocol.md): stanzas go from the outbox into the engine as late
 * as there is room for them, and stay with the engine until the other side has them on disk.
 *
 * One connection is in use. When both sides call at the same moment, the call of the side whose domain sorts lower
 * stands; both know that without a word.
 */
export class FlowPeer implements LinkPeer {
  readonly #config: PeerConfig;
  readonly #context: LinkContext;
  readonly #borders: Borders;
  readonly #tally: Tally;
  readonly #outbox: Outbox;
  readonly #folder: AudienceFolder | undefined;
  readonly #engine: LinkEngine;
  readonly #caller: Caller;
  readonly #expiry: Deadline;
  readonly #connections = new Set<FlowConnection>();
  #inUse: FlowConnection | undefined;
  #isEnabled = true;
  #isRunning = false;
  #isScheduled = false;
  #cancelWait: CancelTimer | undefined;
  #cancelDown: CancelTimer | undefined;
  /** Whether the rest of the server believes that the peer's users can be reached. */
  #isToldUp = false;
  #state: LinkState = "down";
  #sinceMs: number;
  #onAllEnded: (() => void) | undefined;

  constructor(config: PeerConfig, context: LinkContext) {
    const { clock, random, log, network, router, storage, metrics } = context;
    const { name, carriers, compression } = config;
    this.#config = config;
    this.#context = context;
    this.#borders = { peerDomains: new Set(config.domains), servedDomains: new Set(context.servedDomains) };
    this.#sinceMs = clock.nowMs();
    this.#tally = new Tally(name, metrics);
    this.#folder = context.rosters && new AudienceFolder(context.rosters, config.byDomain);
    this.#outbox = new Outbox({
      folder: this.#folder,
      peer: config,
      store: storage.linkQueue,
      limits: sentLimits(context.limits),
      answer: (stanza) => router.route(stanza),
      tally: this.#tally,
      clock,
      log,
    });
    this.#engine = new LinkEngine({
      store: storage.flows(name),
      random,
      coding: compression === "deflate" ? 1 : 0,
      ackDelayMs: ACK_DELAY_MS,
      events: {
        deliver: ({ element }) => this.#deliver(element),
        peerRestarted: () => this.#tellAnew(),
        resynchronised: (what, lost) => log.warn("link resynchronised", { peer: name, what, lost }),
      },
    });
    this.#caller = new Caller({
      peer: name,
      carriers,
      network,
      clock,
      random,
      log,
      onConnected: (transport, carrier) => this.#adopt(transport, carrier, true),
      onFailed: () => this.#settle(),
      onCalling: () => this.#noteState(),
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
    for (const gone of this.#endedByRestart()) this.accept(gone);
    if (this.#isEnabled) this.#caller.callNow();
    this.#noteState();
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#caller.stop();
    this.#cancelWait?.();
    this.#cancelDown?.();
    this.#expiry.set(undefined);
    for (const connection of this.#connections) connection.close("shutdown");
    if (this.#connections.size > 0) await new Promise<void>((resolve) => this.#onAllEnded = resolve);
    this.#outbox.storeAll();
  }

  accept(stanza: Stanza): void {
    // Stored at once: in this profile what was accepted survives whatever happens.
    this.#outbox.accept(stanza, { isUp: this.#inUse !== undefined, roomBytes: 0 });
    this.#wake();
  }

  acceptCall(transport: Transport, carrier: CarrierConfig): void {
    if (!this.#isRunning || !this.#isEnabled) return transport.abort("not-allowed");
    this.#adopt(transport, carrier, false);
  }

  setEnabled(isEnabled: boolean): void {
    if (isEnabled === this.#isEnabled) return;
    this.#isEnabled = isEnabled;
    this.#context.log.info("link switched", { peer: this.#config.name, isEnabled });
    if (isEnabled) {
      if (this.#isRunning) this.#caller.callNow();
    } else {
      this.#caller.stop();
      for (const connection of this.#connections) connection.close("closed-by-us");
    }
    this.#noteState();
  }

  flush(): number {
    return this.#outbox.flush();
  }

  status(): PeerStatus {
    const status = statusOf({
      config: this.#config,
      outbox: this.#outbox,
      tally: this.#tally,
      state: this.#state,
      sinceMs: this.#sinceMs,
      nowMs: this.#context.clock.nowMs(),
      carrier: this.#inUse?.carrier,
    });
    return { ...status, unacknowledged: this.#engine.unacknowledged };
  }

  #adopt(transport: Transport, carrier: CarrierConfig, isOurs: boolean): void {
    const { clock, log } = this.#context;
    const { name } = this.#config;
    const options = { peer: name, transport, carrier, isOurs, tally: this.#tally, clock, log };
    const connection: FlowConnection = new FlowConnection(options, {
      received: (bytes) => this.#received(connection, bytes),
      taken: () => this.#wake(),
      ended: (reason) => this.#ended(connection, reason),
    });
    this.#connections.add(connection);
    const { host, port } = transport.remote;
    log.info("link connected", { peer: name, host, port, carrier: carrier.kind });
    const older = this.#inUse;
    if (older !== undefined && older.isOurs !== isOurs && older.isOurs === this.#oursStands) {
      connection.close("replaced");
      return;
    }
    older?.close("replaced");
    this.#use(connection);
  }

  /** Of two calls made at the same moment, whether ours is the one that stands. */
  get #oursStands(): boolean {
    const [ours = ""] = [...this.#borders.servedDomains].sort();
    const [theirs = ""] = [...this.#borders.peerDomains].sort();
    return ours < theirs;
  }

  #use(connection: FlowConnection | undefined): void {
    if (this.#inUse !== undefined) this.#engine.disconnected();
    this.#inUse = connection;
    this.#cancelWait?.();
    if (connection !== undefined) {
      this.#engine.connected("stream");
      this.#caller.succeeded();
      this.#tellUp();
    }
    this.#settle();
    this.#wake();
  }

  #ended(connection: FlowConnection, reason: CloseReason): void {
    this.#connections.delete(connection);
    this.#tally.addClosed(reason);
    this.#context.log.info("link connection ended", { peer: this.#config.name, reason });
    if (this.#inUse === connection) {
      this.#use(undefined);
      this.#tellDownLater();
    }
    if (this.#connections.size === 0) this.#onAllEnded?.();
  }

  #settle(): void {
    if (this.#inUse !== undefined) this.#caller.rest();
    else if (this.#isRunning && this.#isEnabled) this.#caller.callLater();
    this.#noteState();
  }

  #received(connection: FlowConnection, bytes: Uint8Array): void {
    if (connection !== this.#inUse) return;
    this.#engine.receive(bytes, this.#context.clock.monotonicMs());
    if (this.#engine.mustEnd) connection.close("closed-by-us");
    this.#wake();
  }

  #deliver(element: Element): void {
    const { clock, router, log } = this.#context;
    const { name } = this.#config;
    const stanza = inspect(element, this.#borders, { kind: "link", name }, clock.nowMs());
    if ("condition" in stanza) {
      this.#tally.addRefused();
      log.warn("link stanza refused", { peer: name, condition: stanza.condition, why: stanza.why });
      return;
    }
    this.#tally.addStanzas("in", 1);
    if (isQuestionOfAllPresence(stanza)) this.#outbox.beginEpoch();
    if (isQuestionOfPresence(stanza)) this.#outbox.reopen(stanza.to, stanza.from);
    for (const one of this.#unfolded(stanza)) router.route(one);
  }

  #endedByRestart(): Stanza[] {
    const { clock, rosters } = this.#context;
    const texts = this.#engine.unacknowledgedTexts;
    return endedByRestart(
      texts,
      clock.nowMs(),
      (account, domain) => rosters?.subscribersIn(account, domain) ?? [],
    );
  }

  /** What a stanza of the peer stands for; nothing when it is about the folding itself. */
  #unfolded(stanza: Stanza): readonly Stanza[] {
    if (
      this.#folder?.disagreed(stanza, (account, contact) => this.#outbox.reopen(account, contact)) === true
    ) return [];
    const unfolded = this.#folder?.unfold(stanza);
    if (unfolded === undefined) return [stanza];
    if ("presence" in unfolded) return unfolded.presence;
    if (unfolded.answer !== undefined) this.accept(unfolded.answer);
    return [];
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

  /** Moves stanzas from the outbox to the engine while there is room for them. */
  #fill(): void {
    if (this.#inUse?.isReady !== true) return;
    let sizeBytes = 0;
    while (sizeBytes < BATCH_SIZE_BYTES) {
      const nextBytes = this.#outbox.nextSizeBytes;
      if (nextBytes === undefined) this.#folder?.tellLost();
      if (nextBytes === undefined || !this.#engine.hasRoomFor(nextBytes + STAMP_SIZE_BYTES)) return;
      const batch = this.#outbox.take(1);
      if (batch === undefined) return;
      const text = encoder.encode(batch.xml);
      this.#engine.accept(text);
      this.#outbox.handedOver(batch);
      this.#tally.addBytes("raw", "out", text.length);
      sizeBytes += text.length;
    }
  }

  #send(): void {
    const connection = this.#inUse;
    if (connection === undefined || !this.#isRunning) return;
    const nowMs = this.#context.clock.monotonicMs();
    if (connection.isReady) {
      const frames = this.#engine.flush(nowMs, BATCH_SIZE_BYTES);
      if (frames.length > 0) connection.send(frames);
    }
    const dueMs = this.#engine.dueMs;
    const waits = [connection.pacer.waitMs, dueMs === undefined ? 0 : dueMs - nowMs].filter((ms) => ms > 0);
    this.#cancelWait?.();
    this.#cancelWait = waits.length === 0
      ? undefined
      : this.#context.clock.after(Math.min(...waits), () => this.#wake());
  }

  /** Nothing was missed over a short break: only the first connection, and one after a long break, is news. */
  #tellUp(): void {
    this.#cancelDown?.();
    this.#cancelDown = undefined;
    if (this.#isToldUp) return;
    this.#isToldUp = true;
    this.#context.events.linkUp(this.#config.name, this.#config.domains, true);
  }

  #tellDownLater(): void {
    if (!this.#isToldUp || this.#cancelDown !== undefined) return;
    const { clock, events } = this.#context;
    this.#cancelDown = clock.after(this.#config.toldDownAfterMs, () => {
      this.#isToldUp = false;
      events.linkDown(this.#config.name, this.#config.domains);
    });
  }

  /** The peer has forgotten whom it had shown us, and whom we had shown it. */
  #tellAnew(): void {
    this.#outbox.beginEpoch();
    if (this.#isToldUp) this.#context.events.linkUp(this.#config.name, this.#config.domains);
  }

  #noteState(): void {
    const state = !this.#isEnabled
      ? "disabled"
      : this.#inUse !== undefined
      ? "up"
      : this.#caller.isCalling
      ? "calling"
      : "down";
    if (state === this.#state) return;
    this.#state = state;
    this.#sinceMs = this.#context.clock.nowMs();
  }
}
