import { VirtualClock } from "../../clock.ts";
import { HfNet, type HfNetOptions } from "../hf_net.ts";
import type { UPduArrival, UPduRequest } from "../node.ts";
import type { Transmission } from "../channel.ts";

/** Two nodes without SIS servers' clients, and what has come to each. */
export class Rig {
  readonly clock = new VirtualClock();
  readonly net: HfNet;
  readonly said: Transmission[] = [];
  readonly outcomes: string[] = [];
  readonly got: Record<"a" | "b", UPduArrival[]> = { a: [], b: [] };
  /** When each U_PDU came, in the order of `got.b`. */
  readonly arrivedMs: number[] = [];
  /** SAPs at which a client is bound. */
  readonly saps = new Set([6]);

  constructor(options: HfNetOptions = {}) {
    this.net = new HfNet(this.clock, options);
    this.net.channel.watch((transmission) => this.said.push(transmission));
    this.#serve("a");
    this.#serve("b");
  }

  get a() {
    return this.net.server("1.2.3.4").node;
  }

  get b() {
    return this.net.server("1.2.3.5").node;
  }

  /** Sends a U_PDU of that many octets, or with that text, from a to b or back. */
  send(what: number | string, options: Partial<UPduRequest> = {}, from: "a" | "b" = "a"): () => void {
    const uPdu = typeof what === "number" ? new Uint8Array(what) : new TextEncoder().encode(what);
    const name = typeof what === "number" ? `${what} octets` : what;
    return this[from].submit({
      to: this[from === "a" ? "b" : "a"].address,
      sourceSap: 6,
      destinationSap: 6,
      priority: 0,
      clientConfirm: false,
      inOrder: true,
      ttlMs: undefined,
      uPdu,
      settled: (outcome) => void this.outcomes.push(`${name}: ${outcome}`),
      ...options,
    });
  }

  /** The texts that came. */
  texts(at: "a" | "b"): string[] {
    return this.got[at].map(({ uPdu }) => new TextDecoder().decode(uPdu));
  }

  #serve(at: "a" | "b"): void {
    this[at].serve({
      deliver: (arrival) => {
        if (!this.saps.has(arrival.destinationSap)) return false;
        this.got[at].push(arrival);
        if (at === "b") this.arrivedMs.push(this.net.channel.nowMs);
        return true;
      },
    });
  }
}
