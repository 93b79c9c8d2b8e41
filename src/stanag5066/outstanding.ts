import type { CancelTimer, Clock } from "../base/mod.ts";
import { type NodeAddress, sameNode } from "./node_address.ts";

/** What became of a U_PDU. `lost`: neither confirmed nor rejected, so it may have arrived or not. */
export type Outcome =
  | { readonly kind: "confirmed" }
  | { readonly kind: "rejected"; readonly reason: number }
  | { readonly kind: "lost" };

/** A U_PDU that the server has not answered. */
interface Request {
  readonly handle: number;
  readonly destination: NodeAddress;
  readonly destinationSap: number;
  readonly uPdu: Uint8Array;
  readonly sentMs: number;
  /** Given up already; kept so that a late answer is not taken for that of another. */
  isGivenUp: boolean;
  isDoubtful: boolean;
  cancel: CancelTimer;
}

/** How many given-up requests are remembered. */
export const MOST_GIVEN_UP = 64;

/**
 * The U_PDUs that wait for their confirm or reject. Annex A gives requests no identifier (section A.2.1.7): an answer
 * belongs to the oldest request to the same destination and SAP that begins with the octets handed back. Who makes the
 * first octets of all U_PDUs differ, as RCOP does, needs no order; where a server hands fewer back, order decides.
 */
export class Outstanding {
  readonly #clock: Clock;
  readonly #onLost: (handle: number) => void;
  #requests: Request[] = [];
  #handles = 0;

  /** @param onLost one was not answered in time */
  constructor(clock: Clock, onLost: (handle: number) => void) {
    this.#clock = clock;
    this.#onLost = onLost;
  }

  /** How many wait for an answer. */
  get count(): number {
    return this.#requests.filter(({ isGivenUp }) => !isGivenUp).length;
  }

  /** Notes one that is being sent, and that counts as lost after `answerMs`. @returns a handle never used before */
  add(destination: NodeAddress, destinationSap: number, uPdu: Uint8Array, answerMs: number): number {
    const handle = ++this.#handles;
    const request: Request = {
      handle,
      destination,
      destinationSap,
      uPdu,
      sentMs: this.#clock.monotonicMs(),
      isGivenUp: false,
      isDoubtful: false,
      cancel: this.#clock.after(answerMs, () => this.#lose([request])),
    };
    this.#requests.push(request);
    return handle;
  }

  /**
   * An answer has come.
   * @returns the handle of the request that it belongs to; undefined when there is none, or when it comes too late
   */
  answered(destination: NodeAddress, destinationSap: number, part: Uint8Array): number | undefined {
    const request = this.#requests.find((one) =>
      one.destinationSap === destinationSap && sameNode(one.destination, destination) &&
      begins(one.uPdu, part)
    );
    if (request === undefined) return undefined;
    request.cancel();
    this.#requests = this.#requests.filter((one) => one !== request);
    return request.isGivenUp ? undefined : request.handle;
  }

  /** The server may have dropped what was sent in the last `flowDoubtMs`. */
  doubt(flowDoubtMs: number): void {
    const sinceMs = this.#clock.monotonicMs() - flowDoubtMs;
    for (const request of this.#requests) if (request.sentMs >= sinceMs) request.isDoubtful = true;
  }

  /** What may have been dropped and is not answered yet counts as lost. */
  loseDoubtful(): void {
    this.#lose(this.#requests.filter(({ isDoubtful, isGivenUp }) => isDoubtful && !isGivenUp));
  }

  /** The connection is gone; no answers will come. @returns the handles that were waited for, oldest first */
  clear(): number[] {
    const requests = this.#requests;
    this.#requests = [];
    for (const { cancel } of requests) cancel();
    return requests.filter(({ isGivenUp }) => !isGivenUp).map(({ handle }) => handle);
  }

  #lose(requests: readonly Request[]): void {
    for (const request of requests) {
      request.cancel();
      request.isGivenUp = true;
    }
    const givenUp = this.#requests.filter(({ isGivenUp }) => isGivenUp);
    const forgotten = new Set(givenUp.slice(0, Math.max(0, givenUp.length - MOST_GIVEN_UP)));
    this.#requests = this.#requests.filter((one) => !forgotten.has(one));
    for (const { handle } of requests) this.#onLost(handle);
  }
}

function begins(uPdu: Uint8Array, part: Uint8Array): boolean {
  return part.every((octet, at) => octet === uPdu[at]);
}
