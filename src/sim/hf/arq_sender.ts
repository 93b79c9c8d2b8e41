import type { Ack, CPdu, Segment } from "./dpdu.ts";

/** How a segment stands that was sent and not acknowledged yet. */
type State = "on-its-way" | "lost" | "acked";

interface Sent {
  readonly segment: Segment;
  state: State;
}

/** A C_PDU that is being cut into segments. */
interface Started {
  readonly cPdu: CPdu;
  cutBytes: number;
}

/**
 * The sending half of the ARQ with one node (Annex C, C.6): cuts C_PDUs into segments, keeps a window of them, and
 * sends again only what the other node says it misses.
 *
 * Its window has a number which rises when the window begins anew after a failure, so that the receiver drops what it
 * holds of the old one. On the real air a RESET D_PDU says so; here the number goes along and costs nothing.
 */
export class ArqSender {
  readonly #segmentBytes: number;
  readonly #windowFrames: number;
  readonly #next: () => CPdu | undefined;
  #window = 0;
  #nextFrame = 0;
  #sent: Sent[] = [];
  #started: Started | undefined;

  /**
   * @param segmentBytes longest segment, 1 to 1,023
   * @param windowFrames most frames not acknowledged, 1 to 128
   * @param next takes the next C_PDU from the queue, when the one before has been cut up
   */
  constructor(segmentBytes: number, windowFrames: number, next: () => CPdu | undefined) {
    this.#segmentBytes = segmentBytes;
    this.#windowFrames = windowFrames;
    this.#next = next;
  }

  /** Number of the window, which each D_PDU names. */
  get window(): number {
    return this.#window;
  }

  /** Segments were sent and not acknowledged. */
  get isWaiting(): boolean {
    return this.#sent.some(({ state }) => state !== "acked");
  }

  /** Nothing is under way, and no C_PDU is begun. */
  get isDone(): boolean {
    return this.#sent.length === 0 && this.#started === undefined;
  }

  /** There is something the other node misses for sure. */
  get hasLost(): boolean {
    return this.#sent.some(({ state }) => state === "lost");
  }

  /** A C_PDU is begun and not cut up yet; whether another one waits the queue knows. */
  get hasStarted(): boolean {
    return this.#started !== undefined;
  }

  /** The window has room for another frame. */
  get hasRoom(): boolean {
    const [oldest] = this.#sent;
    return oldest === undefined || this.#nextFrame < oldest.segment.frame + this.#windowFrames;
  }

  /**
   * Segments for one transmission, as long as `fits` takes them: first what is lost, oldest first, then what is new.
   */
  take(fits: (sizeBytes: number) => boolean): Segment[] {
    const taken: Segment[] = [];
    for (const sent of this.#sent) {
      if (sent.state !== "lost") continue;
      if (!fits(sent.segment.sizeBytes)) return taken;
      sent.state = "on-its-way";
      taken.push(sent.segment);
    }
    for (let segment = this.#cut(fits); segment !== undefined; segment = this.#cut(fits)) {
      this.#sent.push({ segment, state: "on-its-way" });
      taken.push(segment);
    }
    return taken;
  }

  /**
   * The other node has said what it holds. It speaks when we have ended, so that what it does not hold is lost.
   * @returns the C_PDUs that it now has whole, in order
   */
  acknowledged({ window, rxLwe, held }: Ack): CPdu[] {
    if (window !== this.#window) return [];
    for (const sent of this.#sent) {
      const { frame } = sent.segment;
      if (frame < rxLwe || held.has(frame)) sent.state = "acked";
      else if (sent.state === "on-its-way") sent.state = "lost";
    }
    return this.#finished();
  }

  /** Nothing was heard of what is on its way: the oldest frame goes again, and its acknowledgement tells the rest. */
  poll(): void {
    if (this.hasLost) return;
    const oldest = this.#sent.find(({ state }) => state === "on-its-way");
    if (oldest !== undefined) oldest.state = "lost";
  }

  /**
   * Gives up what is under way and begins a new window.
   * @returns the C_PDUs that the other node is not known to have
   */
  reset(): CPdu[] {
    const open = new Set<CPdu>();
    for (const { segment } of this.#sent) open.add(segment.cPdu);
    if (this.#started !== undefined) open.add(this.#started.cPdu);
    this.#window++;
    this.#nextFrame = 0;
    this.#sent = [];
    this.#started = undefined;
    return [...open];
  }

  #cut(fits: (sizeBytes: number) => boolean): Segment | undefined {
    if (!this.hasRoom) return undefined;
    this.#started ??= this.#begin();
    if (this.#started === undefined) return undefined;
    const { cPdu, cutBytes } = this.#started;
    const sizeBytes = Math.min(this.#segmentBytes, cPdu.sizeBytes - cutBytes);
    if (!fits(sizeBytes)) return undefined;
    const isLast = cutBytes + sizeBytes === cPdu.sizeBytes;
    if (isLast) this.#started = undefined;
    else this.#started.cutBytes += sizeBytes;
    return { cPdu, frame: this.#nextFrame++, sizeBytes, isLast };
  }

  #begin(): Started | undefined {
    const cPdu = this.#next();
    return cPdu && { cPdu, cutBytes: 0 };
  }

  /**
   * Drops what is acknowledged from the low edge of the window. A C_PDU is finished with its last frame; frames behind
   * a gap stay, so it finishes in order.
   */
  #finished(): CPdu[] {
    const gap = this.#sent.findIndex(({ state }) => state !== "acked");
    const done = this.#sent.splice(0, gap < 0 ? this.#sent.length : gap);
    return done.filter(({ segment }) => segment.isLast).map(({ segment }) => segment.cPdu);
  }
}
