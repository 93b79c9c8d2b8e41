import { formatNodeAddress, type HardLink, type ServerPrimitive } from "../../stanag5066/mod.ts";
import type { HardLinkClient, HardLinkOffer, HardLinkRequest } from "./hard_links.ts";
import type { HfNode } from "./node.ts";
import { nodeAddress } from "./sis_unidata.ts";

/** Status of a node with which a hard link is made. */
const GOOD = 1;

/** The hard links of one client: its own, and the one it is offered. */
export class SisHardLinks {
  readonly #node: HfNode;
  readonly #say: (primitive: ServerPrimitive) => void;
  #offer: HardLinkOffer | undefined;

  constructor(node: HfNode, say: (primitive: ServerPrimitive) => void) {
    this.#node = node;
    this.#say = say;
  }

  establish(bind: { readonly sap: number; readonly rank: number }, link: HardLink): void {
    const request: HardLinkRequest = {
      peer: formatNodeAddress(link.remote),
      type: link.type,
      priority: link.priority,
      rank: bind.rank,
      sourceSap: bind.sap,
      destinationSap: link.remoteSap,
    };
    this.#node.hardLinks.establish(request, this.#client(link));
  }

  /** Another node's client asks for a link of type 2. */
  offer(offer: HardLinkOffer): void {
    this.#offer = offer;
    this.#say({ kind: "hardLinkIndication", status: GOOD, link: linkOf(offer) });
  }

  /** The client accepts what it was offered. */
  accept(): void {
    const offer = this.#offer;
    this.#offer = undefined;
    offer?.accept(this.#client(linkOf(offer)));
  }

  /** The client refuses it. */
  reject(reason: number): void {
    this.#offer?.reject(reason);
    this.#offer = undefined;
  }

  #client(link: HardLink): HardLinkClient {
    return {
      established: () => this.#say({ kind: "hardLinkEstablished", status: GOOD, link }),
      rejected: (reason) => this.#say({ kind: "hardLinkRejected", reason, link }),
      terminated: (reason) => this.#say({ kind: "hardLinkTerminated", reason, link }),
    };
  }
}

function linkOf({ request }: HardLinkOffer): HardLink {
  const { type, priority, sourceSap, peer } = request;
  return { type, priority, remoteSap: sourceSap, remote: nodeAddress(peer) };
}
