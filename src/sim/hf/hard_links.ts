import { HARD_LINK_REJECTED, HARD_LINK_TERMINATED } from "../../stanag5066/mod.ts";
import type { HfAddress, SPdu } from "./dpdu.ts";
import { NODE_SAP } from "./sizes.ts";
import type { Outgoing } from "./waiting.ts";

/** A hard link as a client asks for it (Annex A, A.3.2.2). */
export interface HardLinkRequest {
  readonly peer: HfAddress;
  /** 0: all clients may use it; 1: one here with all there; 2: one here with one there. */
  readonly type: number;
  readonly priority: number;
  /** Of the client that asks. */
  readonly rank: number;
  readonly sourceSap: number;
  /** Means something for type 2 only. */
  readonly destinationSap: number;
}

/** The client that asked, or for type 2 the one that accepted. Reasons are those of `src/stanag5066/codes.ts`. */
export interface HardLinkClient {
  established(): void;
  rejected(reason: number): void;
  terminated(reason: number): void;
}

/** A hard link of type 2 that another node's client asks one of ours for. */
export interface HardLinkOffer {
  readonly request: HardLinkRequest;
  accept(client: HardLinkClient): void;
  reject(reason: number): void;
}

/** What hard links need of their node. */
export interface HardLinkHost {
  tell(peer: HfAddress, sPdu: SPdu): void;
  /** Keeps the physical link with that node from being broken for being idle, or no longer. */
  hold(peer: HfAddress, on: boolean): void;
  /** What waited may go now. */
  stir(): void;
}

interface Held {
  readonly request: HardLinkRequest;
  readonly isOurs: boolean;
  client: HardLinkClient | undefined;
  isUp: boolean;
}

/** Reason in HARD LINK TERMINATE when the client asked for it (Annex A, A.3.1.7). */
const BY_CLIENT = 1;

/** The hard links of a node: at most one at a time, the one of greater precedence. */
export class HardLinks {
  readonly #host: HardLinkHost;
  #held: Held | undefined;
  /** Offers a link of type 2 to the client at its SAP. @returns false when there is none */
  offer: (offer: HardLinkOffer) => boolean = () => false;

  constructor(host: HardLinkHost) {
    this.#host = host;
  }

  /** The one there is, made or being made. */
  get current(): HardLinkRequest | undefined {
    return this.#held?.request;
  }

  /** Asks another node for a hard link. */
  establish(request: HardLinkRequest, client: HardLinkClient): void {
    const reason = this.#refusal(request);
    if (reason !== undefined) return client.rejected(reason);
    this.#giveWay();
    this.#held = { request, isOurs: true, client, isUp: false };
    this.#host.hold(request.peer, true);
    const { type, priority, rank, sourceSap, destinationSap } = request;
    this.#host.tell(request.peer, {
      kind: "hard-link-request",
      type,
      priority,
      rank,
      sourceSap,
      destinationSap,
    });
  }

  /** Ends the hard link with that node; always succeeds. */
  terminate(peer: HfAddress): void {
    if (this.#held?.request.peer !== peer) return;
    this.#end(undefined);
    this.#host.tell(peer, { kind: "hard-link-terminate", reason: BY_CLIENT });
  }

  /** The client at that SAP has gone. */
  unbound(sap: number): void {
    const held = this.#held;
    if (held === undefined) return;
    const { type, peer, sourceSap, destinationSap } = held.request;
    if (held.isOurs ? sourceSap !== sap : type !== 2 || destinationSap !== sap) return;
    this.#end(undefined);
    this.#host.tell(peer, { kind: "hard-link-terminate", reason: HARD_LINK_TERMINATED.sapUnbound });
  }

  /** Whether data may go now. */
  mayGo(peer: HfAddress, { sourceSap, destinationSap }: Outgoing): boolean {
    const held = this.#held;
    if (held === undefined || sourceSap === NODE_SAP) return true;
    const { request, isOurs } = held;
    if (request.peer !== peer) return false;
    const [near, far] = isOurs ? [sourceSap, destinationSap] : [destinationSap, sourceSap];
    if (request.type === 0) return true;
    return near === request.sourceSap && (request.type === 1 || far === request.destinationSap);
  }

  /** Whether a hard link with another node than that one is there. */
  isElsewhere(peer: HfAddress): boolean {
    return this.#held !== undefined && this.#held.request.peer !== peer;
  }

  /** The physical link has changed. */
  linkChanged(peer: HfAddress, state: "up" | "broken" | "failed"): void {
    const held = this.#held;
    if (state === "up" || held?.request.peer !== peer) return;
    if (state === "broken" && !held.isUp) return;
    const { nodeNotResponding } = HARD_LINK_REJECTED;
    if (!held.isUp && held.isOurs) {
      this.#end(undefined);
      return held.client?.rejected(nodeNotResponding);
    }
    this.#end(
      state === "failed" ? HARD_LINK_TERMINATED.nodeNotResponding : HARD_LINK_TERMINATED.physicalLinkBroken,
    );
  }

  /** An S_PDU about hard links has come. */
  hear(peer: HfAddress, sPdu: SPdu): void {
    const held = this.#held?.request.peer === peer ? this.#held : undefined;
    if (sPdu.kind === "hard-link-request") return this.#asked(peer, { ...sPdu, peer });
    if (sPdu.kind === "hard-link-confirm" && held?.isOurs === true) {
      held.isUp = true;
      return held.client?.established();
    }
    if (sPdu.kind === "hard-link-rejected" && held?.isOurs === true) {
      this.#end(undefined);
      return held.client?.rejected(sPdu.reason);
    }
    if (sPdu.kind !== "hard-link-terminate") return;
    this.#host.tell(peer, { kind: "hard-link-terminate-confirm" });
    if (held !== undefined) this.#end(sPdu.reason);
  }

  #asked(peer: HfAddress, request: HardLinkRequest): void {
    const refuse = (reason: number) => this.#host.tell(peer, { kind: "hard-link-rejected", reason });
    const reason = this.#refusal(request);
    if (reason !== undefined) {
      return refuse(reason === HARD_LINK_REJECTED.higherPriority ? HARD_LINK_REJECTED.nodeBusy : reason);
    }
    this.#giveWay();
    const held: Held = { request, isOurs: false, client: undefined, isUp: false };
    this.#held = held;
    const accept = (client: HardLinkClient | undefined) => {
      if (this.#held !== held || held.isUp) return;
      held.client = client;
      held.isUp = true;
      this.#host.hold(peer, true);
      this.#host.tell(peer, { kind: "hard-link-confirm" });
    };
    if (request.type !== 2) return accept(undefined);
    const reject = (why: number) => {
      if (this.#held !== held || held.isUp) return;
      this.#end(undefined);
      refuse(why);
    };
    if (!this.offer({ request, accept, reject })) reject(HARD_LINK_REJECTED.sapNotBound);
  }

  /** Why a request cannot be met; undefined when it can, at the cost of the link there is. */
  #refusal(request: HardLinkRequest): number | undefined {
    const held = this.#held?.request;
    if (held === undefined) return undefined;
    const isSameNode = held.peer === request.peer;
    if (isSameNode && held.type === 0 && request.type === 0) return HARD_LINK_REJECTED.alreadyThere;
    const byRank = request.rank - held.rank || request.priority - held.priority;
    const wins = byRank > 0 || (byRank === 0 && isSameNode && request.type > held.type);
    return wins ? undefined : HARD_LINK_REJECTED.higherPriority;
  }

  /** Ends the link there is in favour of another. */
  #giveWay(): void {
    const peer = this.#held?.request.peer;
    if (peer === undefined) return;
    this.#end(HARD_LINK_TERMINATED.higherPriority);
    this.#host.tell(peer, { kind: "hard-link-terminate", reason: HARD_LINK_TERMINATED.higherPriority });
  }

  /** @param reason what its client is told; undefined to tell it nothing */
  #end(reason: number | undefined): void {
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined) return;
    this.#host.hold(held.request.peer, false);
    if (reason !== undefined) held.client?.terminated(reason);
    this.#host.stir();
  }
}
