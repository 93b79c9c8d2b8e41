import { type CancelTimer, unreachable } from "../../base/mod.ts";
import { airMs, capacityBytes } from "./air.ts";
import type { DPduBody, HfAddress, LinkSignal } from "./dpdu.ts";
import type { LinkCounts, LinkHost, LinkState } from "./link_types.ts";
import { DPDU, dpduBytes, LINK_CPDU_BYTES } from "./sizes.ts";
import { type Sized, Transfer } from "./transfer.ts";
import { EXPEDITED } from "./waiting.ts";

/**
 * The physical link with one node (Annex B, "CAS-1") and the ARQ over it: calls when something waits, answers, breaks
 * what is idle, and gives up on who does not answer.
 *
 * Its ARQ windows outlive the link, as Annex C allows, so that what was under way when a link ended in good order goes
 * on over the next; after a failure they begin anew.
 */
export class PeerLink {
  readonly peer: HfAddress;
  readonly transfer: Transfer;
  readonly #host: LinkHost;
  #state: LinkState = "down";
  #calledByUs = false;
  /** A hard link: asked for as exclusive, and never broken for being idle. */
  #exclusive = false;
  #signals: LinkSignal[] = [];
  #notConnectedDue = false;
  #attempts = 0;
  #awaitsAck = false;
  /** Polls since anything was heard. */
  #polls = 0;
  #heard = false;
  /** Something has come over it since it was made. */
  #used = false;
  #spoke: { signals: readonly LinkSignal["kind"][]; data: boolean } = { signals: [], data: false };
  #answerTimer: CancelTimer | undefined;
  #ackTimer: CancelTimer | undefined;
  #idleTimer: CancelTimer | undefined;
  #counts = { made: 0, failed: 0, broken: 0 };

  constructor(host: LinkHost, peer: HfAddress) {
    this.#host = host;
    this.peer = peer;
    const { options, channel } = host;
    this.transfer = new Transfer(options, channel.modem, (outgoing) => host.mayGo(peer, outgoing));
  }

  get state(): LinkState {
    return this.#state;
  }

  get counts(): LinkCounts {
    return this.#counts;
  }

  /** It has never been made, and nothing waits for it. */
  get isUnused(): boolean {
    return this.#state === "down" && this.#counts.made === 0 && !this.transfer.isPending && !this.wants;
  }

  /** Priority of the most urgent thing to say; what links themselves say goes before all. */
  get urgency(): number {
    return this.#signals.length > 0 || this.transfer.isAckDue ? MOST_URGENT : this.transfer.urgency;
  }

  /** There is something to say that may be said now. */
  get wants(): boolean {
    if (this.#signals.length > 0 || this.#notConnectedDue) return true;
    if (this.#state !== "up") return false;
    return this.transfer.isAckDue || (!this.#awaitsAck && this.transfer.hasData);
  }

  /** Something may have come up: calls when there is no link for it, or asks for the channel. */
  stir(): void {
    if (this.#state === "down" && (this.transfer.isPending || this.#exclusive)) this.#call();
    // A break that nobody has heard yet is taken back.
    const unsaid = this.#signals.some(({ kind }) => kind === "break");
    if (this.#state === "breaking" && unsaid && this.transfer.isPending) this.#up();
    if (this.wants) this.#host.ask();
  }

  /** Wants the link as a hard one from now on, or no longer. */
  hold(exclusive: boolean): void {
    this.#exclusive = exclusive;
    if (exclusive) return this.stir();
    if (this.#state === "up") this.#touch();
  }

  /** The D_PDUs of one transmission. */
  compose(): Sized[] {
    const { options, channel } = this.#host;
    const said: Sized[] = this.#signals.map((signal) => this.#sized({ kind: "link", signal }));
    if (this.#notConnectedDue) said.push(this.#sized({ kind: "not-connected" }));
    this.#spoke = { signals: this.#signals.map(({ kind }) => kind), data: false };
    this.#signals = [];
    this.#notConnectedDue = false;
    if (this.#state !== "up") return said;
    const usedBytes = said.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const roomBytes = capacityBytes(channel.modem, options.maxTransmissionMs) - usedBytes;
    const data = this.transfer.compose(roomBytes, this.#polls > 0);
    this.#spoke.data = data.some(({ body }) => body.kind === "arq" && body.segment !== undefined);
    return [...said, ...data];
  }

  /** What was composed has been sent. */
  sent(onAirMs: number): void {
    const { signals, data } = this.#spoke;
    this.#spoke = { signals: [], data: false };
    if (signals.includes("request") && this.#state === "calling") this.#awaitAnswer(onAirMs);
    if (signals.includes("break") && this.#state === "breaking") this.#awaitAnswer(onAirMs);
    if (data) {
      this.#awaitsAck = true;
      this.#awaitAck();
    }
    if (this.#state === "up") this.#touch();
    this.stir();
  }

  /** A D_PDU of the other node has come. */
  hear(body: DPduBody): void {
    this.#heard = true;
    this.#polls = 0;
    switch (body.kind) {
      case "link":
        return this.#hearSignal(body.signal);
      case "not-connected":
        return this.#hearNotConnected();
      case "arq":
        return this.#hearArq(body);
      case "datagram":
        return;
      default:
        return unreachable(body);
    }
  }

  /** A transmission has ended; when it was the other node's, it is time to answer. */
  heardOut(): void {
    if (this.#heard && this.#awaitsAck) {
      // It has spoken, but its acknowledgement was lost.
      this.#stopAwaitingAck();
      this.transfer.poll();
    }
    this.#heard = false;
    this.stir();
  }

  #hearSignal(signal: LinkSignal): void {
    switch (signal.kind) {
      case "request":
        return this.#answer();
      case "accepted":
        return this.#state === "calling" ? this.#up() : undefined;
      case "rejected":
        return this.#state === "calling" ? this.#fail() : undefined;
      case "break":
        this.#say({ kind: "break-confirm" });
        return this.#down();
      case "break-confirm":
        return this.#state === "breaking" ? this.#down() : undefined;
      default:
        return unreachable(signal);
    }
  }

  #answer(): void {
    const reason = this.#host.refuses(this.peer);
    if (reason !== undefined) return this.#say({ kind: "rejected", reason });
    // Our own call, or break, is overtaken by theirs. A repeated request is accepted again.
    this.#signals = this.#signals.filter(({ kind }) => kind !== "request" && kind !== "break");
    this.#say({ kind: "accepted" });
    if (this.#state === "up") return;
    this.#calledByUs = false;
    this.#used = false;
    this.#up();
  }

  #hearNotConnected(): void {
    if (this.#state === "up" || this.#state === "breaking") this.#down();
  }

  #hearArq({ window, segment, ack }: Extract<DPduBody, { kind: "arq" }>): void {
    // Data of a node that we call, or say good-bye to, proves that it holds the link.
    if (this.#state === "calling" || this.#state === "breaking") this.#up();
    if (this.#state === "down") {
      this.#notConnectedDue = true;
      return;
    }
    this.#used = true;
    this.#touch();
    if (ack !== undefined) {
      this.#stopAwaitingAck();
      this.transfer.acknowledged(ack);
    }
    if (segment === undefined) return;
    for (const cPdu of this.transfer.receive(window, segment)) this.#host.arrived(this.peer, cPdu);
  }

  #call(): void {
    this.#state = "calling";
    this.#calledByUs = true;
    this.#attempts = 1;
    this.#say({ kind: "request", exclusive: this.#exclusive });
  }

  #up(): void {
    this.#answerTimer?.();
    this.#signals = this.#signals.filter(({ kind }) => kind !== "request" && kind !== "break");
    if (this.#state !== "breaking") this.#counts.made++;
    this.#state = "up";
    this.#polls = 0;
    this.#stopAwaitingAck();
    if (this.transfer.isWaiting) this.transfer.poll();
    this.#touch();
    this.#host.changed(this.peer, "up");
    this.stir();
  }

  #down(): void {
    this.#cancelTimers();
    if (this.#state === "up" || this.#state === "breaking") this.#counts.broken++;
    this.#state = "down";
    this.#host.changed(this.peer, "broken");
    this.stir();
  }

  #fail(): void {
    this.#cancelTimers();
    this.#signals = [];
    this.#state = "down";
    this.#exclusive = false;
    this.#polls = 0;
    this.#counts.failed++;
    this.#host.changed(this.peer, "failed");
    this.transfer.fail("not-responding");
    this.stir();
  }

  /** Annex B leaves the time to the node: three times the signal on the air and two turnarounds, from its start. */
  #awaitAnswer(onAirMs: number): void {
    const { channel } = this.#host;
    const signalBytes = this.#sized({ kind: "link", signal: { kind: "accepted" } }).sizeBytes;
    const answerMs = 3 * airMs(channel.modem, signalBytes) + 2 * channel.modem.turnaroundMs;
    this.#answerTimer?.();
    this.#answerTimer = this.#whenQuiet(Math.max(0, answerMs - onAirMs), () => this.#noAnswer());
  }

  #noAnswer(): void {
    const { callAttempts, breakAttempts } = this.#host.options;
    if (this.#state === "calling") {
      if (this.#attempts >= callAttempts) return this.#fail();
      this.#say({ kind: "request", exclusive: this.#exclusive });
    } else if (this.#state === "breaking") {
      if (this.#attempts >= breakAttempts) return this.#down();
      this.#say({ kind: "break", reason: "no-more-data" });
    }
    this.#attempts++;
  }

  #awaitAck(): void {
    const { channel } = this.#host;
    const ackBytes = dpduBytes(DPDU.ackOnly, { addressBytes: this.#host.options.addressBytes });
    const waitMs = channel.modem.turnaroundMs + airMs(channel.modem, ackBytes);
    this.#ackTimer?.();
    this.#ackTimer = this.#whenQuiet(waitMs, () => this.#noAck());
  }

  #noAck(): void {
    this.#stopAwaitingAck();
    if (this.#polls >= this.#host.options.pollAttempts) return this.#fail();
    this.#polls++;
    this.transfer.poll();
    this.stir();
  }

  #stopAwaitingAck(): void {
    this.#awaitsAck = false;
    this.#ackTimer?.();
  }

  #cancelTimers(): void {
    this.#stopAwaitingAck();
    this.#answerTimer?.();
    this.#idleTimer?.();
  }

  /** @param leastMs the shortest time until the link may count as idle */
  #touch(leastMs = 0): void {
    const { linkIdleMs, calledIdleMs, firstDataMs } = this.#host.options;
    this.#idleTimer?.();
    if (this.#exclusive) return;
    const silent = !this.#calledByUs && !this.#used;
    const idleMs = this.#calledByUs ? linkIdleMs : silent ? firstDataMs : calledIdleMs;
    if (idleMs === Infinity) return;
    this.#idleTimer = this.#host.clock.after(Math.max(idleMs, leastMs), () => this.#idle(silent));
  }

  /** @param silent nothing has ever come over the link that the other side made */
  #idle(silent: boolean): void {
    if (this.#state !== "up") return;
    // Only silence counts: while somebody speaks it may be for us, and just not whole yet.
    if (this.transfer.isPending || this.wants || this.#host.channel.isBusy) {
      return this.#touch(QUIET_CHECK_MS);
    }
    if (silent) return this.#down();
    this.#state = "breaking";
    this.#attempts = 1;
    this.#say({ kind: "break", reason: "no-more-data" });
  }

  #say(signal: LinkSignal): void {
    this.#signals = [...this.#signals.filter(({ kind }) => kind !== signal.kind), signal];
    this.#host.ask();
  }

  /** Runs `callback` after `delayMs`, but not while somebody speaks: it might be the answer. */
  #whenQuiet(delayMs: number, callback: () => void): CancelTimer {
    const { clock, channel } = this.#host;
    let cancel: CancelTimer;
    const check = () => {
      if (!channel.isBusy) return callback();
      cancel = clock.after(QUIET_CHECK_MS, check);
    };
    cancel = clock.after(delayMs, check);
    return () => cancel();
  }

  #sized(body: DPduBody): Sized {
    const { addressBytes } = this.#host.options;
    const sizeBytes = body.kind === "link"
      ? dpduBytes(DPDU.expeditedNonArqData, { addressBytes, segmentBytes: LINK_CPDU_BYTES })
      : dpduBytes(DPDU.warning, { addressBytes });
    return { sizeBytes, body };
  }
}

/** Priority of signals and acknowledgements, above that of every U_PDU. */
const MOST_URGENT = EXPEDITED + 1;

/** How often a timer that has run out looks whether the channel has become quiet. */
const QUIET_CHECK_MS = 500;
