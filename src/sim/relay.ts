import type { CloseReason } from "../base/mod.ts";
import type { Endpoint, Listener, Network, Transport } from "../net/mod.ts";
import type { Direction, SimLink } from "./link.ts";

/** Longest piece sent at once, so that what comes out flows at the link's rate; about what a TCP segment holds. */
const SEGMENT_SIZE_BYTES = 1_024;
/** Time to call the far server, which is on the same machine or beside it. */
const CONNECT_TIMEOUT_MS = 5_000;

/** One way of calling through a relay. */
export interface RelayRoute {
  /** Where the caller finds the relay; port 0 for any free one. */
  readonly listen: Endpoint;
  /** The far server. */
  readonly connect: Endpoint;
  /** The direction in which the caller's bytes go; "forth" unless given. */
  readonly callerSends?: Direction;
}

interface Door {
  readonly route: RelayRoute;
  listener: Listener;
}

/**
 * A TCP relay between two real servers: what one sends reaches the other at the rate and with the delay of a
 * `SimLink`, which also counts it and can cut it. Both servers may call, each on a route of its own; all
 * connections share the link.
 *
 * A call is accepted at once even though the far server is `delayMs` away: the three packets of TCP's own handshake
 * are not simulated. When the far server turns out not to be there, the caller's connection breaks.
 */
export class Relay {
  readonly #network: Network;
  readonly link: SimLink;
  readonly #doors: Door[] = [];
  readonly #open = new Set<Transport>();

  constructor(network: Network, link: SimLink) {
    this.#network = network;
    this.link = link;
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#open.size;
  }

  /**
   * Starts to accept calls on a route.
   * @returns where the relay listens
   * @throws {Error} when it cannot listen there
   */
  async open(route: RelayRoute): Promise<Endpoint> {
    const listener = await this.#listen(route);
    this.#doors.push({ route: { ...route, listen: listener.local }, listener });
    return listener.local;
  }

  /** Cuts the link: connections break, and until it is mended nobody is there to take a call. */
  async cut(): Promise<void> {
    this.link.cut();
    await this.refuse();
  }

  /** Mends the link and takes calls again, at the same endpoints. */
  async mend(): Promise<void> {
    this.link.mend();
    await this.accept();
  }

  /** Takes no calls until told otherwise, as when the far server is known to be down; what is open stays open. */
  async refuse(): Promise<void> {
    await Promise.all(this.#doors.map((door) => door.listener.close()));
  }

  /** Takes calls again. @throws {Error} when somebody else listens there now */
  async accept(): Promise<void> {
    for (const door of this.#doors) door.listener = await this.#listen(door.route);
  }

  /** Accepts no more calls and breaks the connections there are; the link ends with it. */
  async close(): Promise<void> {
    const closing = this.#doors.splice(0).map((door) => door.listener.close());
    const ended = [...this.#open].map((transport) => transport.closed);
    for (const transport of this.#open) transport.abort("shutdown");
    await Promise.all([...closing, ...ended]);
    this.link.cut();
  }

  #listen(route: RelayRoute): Promise<Listener> {
    const take = (caller: Transport) => void this.#relay(caller, route);
    return this.#network.listenLink(route.listen, undefined, take);
  }

  async #relay(caller: Transport, route: RelayRoute): Promise<void> {
    this.#track(caller);
    if (!this.link.up) return caller.abort("unreachable");
    let called: Transport;
    try {
      called = await this.#network.connectLink(route.connect, undefined, CONNECT_TIMEOUT_MS);
    } catch {
      return caller.abort("unreachable");
    }
    this.#track(called);
    const [near, far] = this.link.connect(caller.remote, called.remote, route.callerSends);
    join(caller, near);
    join(called, far);
  }

  #track(transport: Transport): void {
    this.#open.add(transport);
    void transport.closed.then(() => this.#open.delete(transport));
  }
}

/** Makes one road of two transports: what comes in by one goes out by the other, and both end for the same reason. */
function join(outer: Transport, inner: Transport): void {
  void pump(outer, inner);
  void pump(inner, outer);
  void outer.closed.then((reason) => endWith(inner, reason));
  void inner.closed.then((reason) => endWith(outer, reason));
}

/** A transport that ended in good order has told the other already, by closing its streams. */
function endWith(transport: Transport, reason: CloseReason): void {
  if (reason !== "closed-by-us" && reason !== "closed-by-peer") transport.abort(reason);
}

/** Moves bytes until one side ends; a write that waits for the link keeps the reader waiting too. */
async function pump(from: Transport, to: Transport): Promise<void> {
  const reader = from.readable.getReader();
  const writer = to.writable.getWriter();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      for (let at = 0; at < read.value.length; at += SEGMENT_SIZE_BYTES) {
        await writer.write(read.value.subarray(at, at + SEGMENT_SIZE_BYTES));
      }
    }
    await writer.close();
  } catch {
    // One of the two has broken; its `closed` says why and ends the other.
  }
}
