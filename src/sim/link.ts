import type { Clock, CloseReason } from "../base/mod.ts";
import type { RemoteAddress, Transport } from "../net/mod.ts";

/** What a simulated link is like. */
export interface SimLinkOptions {
  /** Bits a second each way; undefined for no limit. */
  readonly rateBps: number | undefined;
  /** Time on the way, one direction, after the last bit was sent. */
  readonly delayMs: number;
}

/** What crossed a link so far. */
export interface SimLinkCount {
  /** Application bytes each way. */
  readonly sizeBytes: { forth: number; back: number };
  /** Changes of direction: transmissions that followed one of the other side. */
  turnarounds: number;
}

/** Of the two ends of a link, "forth" is away from the first, "back" towards it. */
export type Direction = "forth" | "back";

/**
 * A constrained link: both directions at once, each at `rateBps` and `delayMs` late, cut and mended at will.
 * It carries any number of transports, which share its rate. A write is taken when its last bit has been sent, as
 * by a modem without a buffer, so that back-pressure is the link's own.
 */
export class SimLink {
  readonly #clock: Clock;
  #options: SimLinkOptions;
  #up = true;
  #last: Direction | undefined;
  #freeAtMs: Record<Direction, number> = { forth: 0, back: 0 };
  readonly #open = new Set<SimEnd>();
  /** What is on its way; each is ended by its call. */
  readonly #underWay = new Set<() => void>();
  readonly count: SimLinkCount = { sizeBytes: { forth: 0, back: 0 }, turnarounds: 0 };

  constructor(clock: Clock, options: SimLinkOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  get up(): boolean {
    return this.#up;
  }

  /** Changes rate and delay from now on. */
  set(options: SimLinkOptions): void {
    this.#options = options;
  }

  /** Cuts the link: what is on its way is lost and every transport on it breaks. */
  cut(): void {
    this.#up = false;
    for (const end of [...this.#open]) end.abort("lost");
    for (const end of [...this.#underWay]) end();
    this.#freeAtMs = { forth: 0, back: 0 };
  }

  mend(): void {
    this.#up = true;
  }

  /**
   * Two transports joined through this link: the caller's end and the called one's.
   * @param callerSends the direction of the caller's bytes: a link has two ends, and either may call
   */
  connect(
    caller: RemoteAddress,
    called: RemoteAddress,
    callerSends: Direction = "forth",
  ): [Transport, Transport] {
    const near = new SimEnd(this, callerSends, called);
    const far = new SimEnd(this, callerSends === "forth" ? "back" : "forth", caller);
    near.join(far);
    far.join(near);
    this.#open.add(near).add(far);
    for (const end of [near, far]) void end.closed.then(() => this.#open.delete(end));
    return [near, far];
  }

  /**
   * Sends `sizeBytes`; `arrived` is called at the far end. Resolves when the last bit has left.
   */
  transmit(direction: Direction, sizeBytes: number, arrived: () => void): Promise<void> {
    const { rateBps, delayMs } = this.#options;
    const nowMs = this.#clock.monotonicMs();
    const startMs = Math.max(nowMs, this.#freeAtMs[direction]);
    const airMs = rateBps === undefined ? 0 : sizeBytes * 8 * 1000 / rateBps;
    const sentMs = startMs + airMs;
    this.#freeAtMs[direction] = sentMs;
    this.count.sizeBytes[direction] += sizeBytes;
    if (sizeBytes > 0 && this.#last !== direction) {
      if (this.#last !== undefined) this.count.turnarounds++;
      this.#last = direction;
    }
    if (sentMs === nowMs && delayMs === 0) {
      arrived();
      return Promise.resolve();
    }
    this.#later(sentMs - nowMs + delayMs, arrived, () => {});
    return new Promise((resolve) => this.#later(sentMs - nowMs, resolve, resolve));
  }

  /** Calls `then` after a while; `otherwise` at once when the link is cut before. */
  #later(delayMs: number, then: () => void, otherwise: () => void): void {
    const cancel = this.#clock.after(delayMs, () => {
      this.#underWay.delete(end);
      then();
    });
    const end = () => {
      cancel();
      this.#underWay.delete(end);
      otherwise();
    };
    this.#underWay.add(end);
  }
}

/** One end of a connection over a `SimLink`. */
class SimEnd implements Transport {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly closed: Promise<CloseReason>;
  readonly remote: RemoteAddress;
  #resolveClosed!: (reason: CloseReason) => void;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #writing: WritableStreamDefaultController | undefined;
  #peer: SimEnd | undefined;
  #sentAll = false;
  #receivedAll = false;
  #over = false;

  constructor(link: SimLink, direction: Direction, remote: RemoteAddress) {
    this.remote = remote;
    this.closed = new Promise((resolve) => this.#resolveClosed = resolve);
    this.readable = new ReadableStream({
      start: (controller) => void (this.#controller = controller),
      cancel: () => this.abort("closed-by-us"),
    });
    this.writable = new WritableStream({
      start: (controller) => void (this.#writing = controller),
      write: (bytes) => link.transmit(direction, bytes.length, () => this.#peer?.receive(bytes)),
      close: async () => {
        await link.transmit(direction, 0, () => this.#peer?.receiveEnd());
        this.#sentAll = true;
        this.#endIfDone("closed-by-us");
      },
      abort: () => this.abort("closed-by-us"),
    });
  }

  join(peer: SimEnd): void {
    this.#peer = peer;
  }

  receive(bytes: Uint8Array): void {
    if (!this.#over && !this.#receivedAll) this.#controller.enqueue(bytes);
  }

  receiveEnd(): void {
    if (this.#over || this.#receivedAll) return;
    this.#receivedAll = true;
    this.#controller.close();
    this.#endIfDone("closed-by-peer");
  }

  abort(reason: CloseReason): void {
    if (this.#over) return;
    this.#over = true;
    const error = new Error(`Cannot go on: the connection ended (${reason})`);
    if (!this.#receivedAll) this.#controller.error(error);
    this.#writing?.error(error);
    this.#resolveClosed(reason);
    this.#peer?.abort("lost");
  }

  #endIfDone(reason: CloseReason): void {
    if (this.#over || !this.#sentAll || !this.#receivedAll) return;
    this.#over = true;
    this.#resolveClosed(reason);
  }
}
