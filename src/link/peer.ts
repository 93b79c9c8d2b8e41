import type { CloseReason } from "../base/mod.ts";
import type { Transport } from "../net/mod.ts";
import type { Stanza } from "../stanza/mod.ts";
import type { Element } from "../xml/mod.ts";
import { Caller } from "./caller.ts";
import { Connection } from "./connection.ts";
import type { LinkContext } from "./context.ts";
import { FaultCounter, isQuestionOfPresence } from "./inbound.ts";
import { Inspector } from "./inspector.ts";
import { sentLimits, takenLimits } from "./limits.ts";
import { type LinkMode, ModeSwitch } from "./mode.ts";
import { Outbox } from "./outbox.ts";
import {
  type CarrierConfig,
  carrierNames,
  type LinkPeer,
  type PeerConfig,
  type TcpCarrierConfig,
} from "./peer_config.ts";
import { statusOf } from "./peer_view.ts";
import { Pump } from "./pump.ts";
import { Standing } from "./standing.ts";
import type { LinkState, PeerStatus } from "./status.ts";
import { Tally } from "./tally.ts";
import { Thinner } from "./thinner.ts";

/** Age at which a connection has proved itself, even if nothing came over it. */
const PROVEN_MS = 60_000;
/** Time a connection gets to end in good order when the server stops. */
const STOP_MS = 2_000;
/** The same for one that the peer seems to have lost. What it has not taken is held up until then. */
const REPLACED_MS = 5_000;

/**
 * The link to one peer in profile `xep-0361`: who calls whom, which connection is in use, and what comes over it.
 *
 * There are at most two connections, one opened by each side. With one, both sides send on it. With two (both called
 * at the same moment) each side sends on the one it opened and reads both (XEP-0361 section 4.3).
 */
export class Peer implements LinkPeer {
  readonly #config: PeerConfig;
  readonly #context: LinkContext;
  readonly #inspector: Inspector;
  readonly #standing: Standing;
  readonly #tally: Tally;
  readonly #outbox: Outbox;
  /** The rules for what comes. */
  readonly #thinner: Thinner;
  readonly #pump: Pump;
  readonly #caller: Caller;
  readonly #faults = new FaultCounter();
  /** Connections that have not ended, those being closed included. */
  readonly #connections = new Set<Connection>();
  /** The one that we opened. */
  #called: Connection | undefined;
  /** The one that the peer opened. */
  #accepted: Connection | undefined;
  /** The one of them on which we send. */
  #inUse: Connection | undefined;
  readonly #mode: ModeSwitch;
  #isRunning = false;
  /** Since the start: before that the peer may have told what nobody here has heard. */
  #hasBeenUp = false;
  #onAllEnded: (() => void) | undefined;

  constructor(config: PeerConfig, context: LinkContext) {
    const { clock, random, log, network, turn, router, storage, metrics } = context;
    const { name, carriers } = config;
    this.#config = config;
    this.#context = context;
    this.#standing = new Standing(clock);
    this.#tally = new Tally(name, metrics);
    this.#inspector = new Inspector(config, context, this.#tally);
    this.#thinner = new Thinner({
      rules: config.rules,
      direction: "in",
      tally: this.#tally,
      answer: (stanza) => router.route(stanza),
    });
    this.#outbox = new Outbox({
      peer: config,
      store: storage.linkQueue,
      limits: sentLimits(context.limits),
      answer: (stanza) => router.route(stanza),
      cached: context.cached,
      status: () => this.status(),
      tally: this.#tally,
      clock,
      log,
    });
    this.#mode = new ModeSwitch({
      peer: name,
      settings: storage.settings,
      hours: config.quietHours ?? [],
      clock,
      onChange: () => this.#modeChanged(),
    });
    this.#pump = new Pump(this.#outbox, clock, turn, () => this.#mode.isSilent);
    this.#caller = new Caller({
      peer: name,
      carriers: carriers.filter((carrier) => carrier.kind === "tcp"),
      network,
      clock,
      random,
      log,
      onConnected: (transport, carrier) => this.#callWentThrough(transport, carrier),
      onFailed: () => this.#settle(),
      onCalling: () => this.#noteState(),
    });
  }

  get config(): PeerConfig {
    return this.#config;
  }

  /** Takes up what waited at the last stop, and calls. */
  start(): void {
    this.#isRunning = true;
    this.#outbox.load();
    this.#pump.wake();
    this.#mode.start();
    if (!this.#mode.isSilent) this.#caller.callNow();
    this.#noteState();
  }

  /** Closes what is open; what waits stays in the store. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#caller.stop();
    this.#mode.stop();
    for (const connection of this.#connections) connection.close("shutdown", STOP_MS);
    if (this.#connections.size > 0) await new Promise<void>((resolve) => this.#onAllEnded = resolve);
    this.#pump.stop();
  }

  /** Takes a stanza to one of the peer's domains. */
  accept(stanza: Stanza): void {
    this.#pump.accept(stanza);
  }

  /** The peer has called. */
  acceptCall(transport: Transport, carrier: TcpCarrierConfig): void {
    if (!this.#isRunning || this.#mode.mode === "down") return transport.abort("not-allowed");
    const older = this.#accepted;
    const connection = this.#adopt(transport, carrier);
    this.#accepted = connection;
    older?.abort("replaced");
    // Both may call at the same moment. Later than that, a call says that the peer has lost the older connection.
    const called = this.#called;
    if (called !== undefined && connection.openedMs - called.openedMs > called.carrier.connectTimeoutMs) {
      called.close("replaced", REPLACED_MS);
    }
    this.#settle();
  }

  setMode(mode: LinkMode): void {
    if (!this.#mode.set(mode)) return;
    this.#context.log.info("link switched", { peer: this.#config.name, mode });
    if (mode === "down") { for (const connection of this.#connections) connection.close("closed-by-us"); }
    this.#modeChanged();
  }

  /** Drops what waits, each stanza answered. @returns how many there were */
  flush(): number {
    const stanzas = this.#outbox.flush();
    this.#pump.wake();
    return stanzas;
  }

  status(): PeerStatus {
    return statusOf({
      config: this.#config,
      outbox: this.#outbox,
      tally: this.#tally,
      standing: this.#standing,
      nowMs: this.#context.clock.nowMs(),
      carrier: this.#inUse?.carrier,
    });
  }

  /** The last of what was sent on the connection in use. */
  recentXml(): string | undefined {
    return this.#inUse?.recentXml;
  }

  /** Whether something may be sent has changed. */
  #modeChanged(): void {
    if (!this.#isRunning) return;
    if (this.#mode.isSilent) this.#caller.stop();
    else if (this.#inUse === undefined) this.#caller.callNow();
    this.#pump.wake();
    this.#noteState();
  }

  #callWentThrough(transport: Transport, carrier: TcpCarrierConfig): void {
    const connection = this.#adopt(transport, carrier);
    if (this.#accepted?.isOpen === true && this.#accepted.hasSent) {
      // The peer called first and we have sent on its connection: changing now could let stanzas pass each other.
      connection.close("closed-by-us");
      return;
    }
    this.#called = connection;
    this.#settle();
  }

  #adopt(transport: Transport, carrier: TcpCarrierConfig): Connection {
    const { limits, clock, log } = this.#context;
    const { name, compression } = this.#config;
    const options = {
      peer: name,
      transport,
      carrier,
      compression,
      xmlLimits: takenLimits(limits),
      tally: this.#tally,
      clock,
      log,
    };
    const connection: Connection = new Connection(options, {
      stanza: (element) => this.#receive(element, connection),
      ending: () => this.#ending(connection),
      ended: (reason) => this.#ended(connection, reason),
    });
    this.#connections.add(connection);
    const { host, port } = transport.remote;
    log.info("link connected", { peer: name, host, port, carrier: carrier.kind });
    return connection;
  }

  #ending(connection: Connection): void {
    const openMs = this.#context.clock.monotonicMs() - connection.openedMs;
    if (connection.hasHeard || openMs >= PROVEN_MS) this.#caller.succeeded();
    this.#settle();
  }

  #ended(connection: Connection, reason: CloseReason): void {
    const { clock, log } = this.#context;
    const openMs = Math.round(clock.monotonicMs() - connection.openedMs);
    this.#connections.delete(connection);
    this.#tally.addClosed(reason);
    log.info("link connection ended", { peer: this.#config.name, reason, openMs });
    this.#pump.ended(connection);
    if (this.#connections.size === 0) this.#onAllEnded?.();
  }

  /** Brings everything in line with the connections there are. */
  #settle(): void {
    if (this.#called?.isOpen === false) this.#called = undefined;
    if (this.#accepted?.isOpen === false) this.#accepted = undefined;
    const before = this.#inUse;
    this.#inUse = this.#called ?? this.#accepted;
    this.#useCarrier(this.#inUse?.carrier);
    if (this.#inUse !== before) this.#change(before, this.#inUse);
    if (this.#inUse !== undefined) this.#caller.rest();
    else if (this.#isRunning && !this.#mode.isSilent) this.#caller.callLater();
    this.#noteState();
  }

  #useCarrier(carrier: CarrierConfig | undefined): void {
    const names = carrierNames(this.#config, carrier);
    this.#outbox.use(names);
    this.#thinner.carrier = names;
  }

  #change(before: Connection | undefined, now: Connection | undefined): void {
    const { events } = this.#context;
    const { name, domains, trustsAfterBreak } = this.#config;
    // Nothing was sent yet on the one before, so nothing can have been lost with it.
    const isSameEpoch = before?.isOpen === true && !before.hasSent && now !== undefined;
    const isTrusted = this.#hasBeenUp && trustsAfterBreak === true;
    if (!isSameEpoch && !isTrusted) this.#outbox.beginEpoch();
    this.#pump.use(now);
    if (isSameEpoch) return;
    this.#noteState();
    if (before !== undefined && this.#isRunning) events.linkDown(name, domains);
    if (now === undefined || this.#inUse !== now) return;
    this.#hasBeenUp = true;
    events.linkUp(name, domains, isTrusted);
  }

  #receive(element: Element, connection: Connection): void {
    const { clock, router } = this.#context;
    const stanza = this.#inspector.inspect(element);
    if ("condition" in stanza) {
      if (this.#faults.isTooMuch(clock.monotonicMs())) connection.fail({ condition: stanza.condition });
      return;
    }
    this.#tally.addStanzas("in", 1);
    // The first one proves that somebody is there.
    this.#pump.wake();
    if (isQuestionOfPresence(stanza)) this.#outbox.reopen(stanza.to, stanza.from);
    const admitted = this.#thinner.admit(stanza);
    if (admitted !== undefined) router.route(admitted.stanza);
  }

  #noteState(): void {
    this.#standing.note(this.#currentState());
  }

  #currentState(): LinkState {
    if (this.#mode.mode === "down") return "disabled";
    if (this.#mode.isSilent) return "quiet";
    if (this.#inUse !== undefined) return "up";
    return this.#caller.isCalling ? "calling" : "down";
  }
}
