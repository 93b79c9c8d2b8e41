import { type Clock, type Log, nullLog } from "../../base/mod.ts";
import type { Endpoint, Listener, Network, Transport } from "../../net/mod.ts";
import { SUBNET_REASON, SUBNET_STATUS } from "../../stanag5066/mod.ts";
import type { HfNode } from "./node.ts";
import { type FaultTarget, SisFaults } from "./sis_faults.ts";
import { type SisHost, SisSession, type SisSettings } from "./sis_session.ts";

/** Port of SIS servers (IANA). */
export const SIS_PORT = 5066;
/** Connections one server holds; more are closed at once. Annex F asks for at least 5. */
export const MAX_SIS_CONNECTIONS = 32;

const DEFAULTS: SisSettings = {
  returnedBytes: Infinity,
  highWaterBytes: 128 * 1_024,
  lowWaterBytes: 64 * 1_024,
  keepAliveMs: 0,
};

/** The SIS server of one node: connections, one SAP each, and everything it can be told to do to them. */
export class SisServer implements SisHost {
  readonly clock: Clock;
  readonly node: HfNode;
  readonly settings: SisSettings;
  /** Misbehaviour on command. */
  readonly faults: SisFaults;
  readonly #log: Log;
  readonly #sessions = new Set<SisSession>();
  readonly #running = new Set<Promise<void>>();
  #listener: Listener | undefined;
  #listens: { readonly network: Network; readonly at: Endpoint } | undefined;
  #availability: { status: number; reason: number } = {
    status: SUBNET_STATUS.on,
    reason: SUBNET_REASON.unspecified,
  };

  constructor(clock: Clock, node: HfNode, settings: Partial<SisSettings> = {}, log: Log = nullLog) {
    this.clock = clock;
    this.node = node;
    this.settings = { ...DEFAULTS, ...settings };
    this.#log = log;
    this.faults = new SisFaults(clock, () => [...this.#sessions] satisfies FaultTarget[]);
    node.serve({
      deliver: (arrival) => {
        const session = this.#boundTo(arrival.destinationSap);
        session?.indicate(arrival);
        return session !== undefined;
      },
    });
    node.hardLinks.offer = (offer) => {
      const session = this.#boundTo(offer.request.destinationSap);
      session?.offer(offer);
      return session !== undefined;
    };
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#sessions.size;
  }

  /** SAPs that are bound now. */
  get saps(): readonly number[] {
    return [...this.#sessions].flatMap(({ sap }) => sap ?? []).sort((a, b) => a - b);
  }

  get availability(): { readonly status: number; readonly reason: number } {
    return this.#availability;
  }

  /**
   * Takes calls.
   * @returns where it listens
   * @throws {Error} when it cannot listen there
   */
  async listen(network: Network, at: Endpoint): Promise<Endpoint> {
    this.#listener = await network.listenLink(at, undefined, (transport) => this.accept(transport));
    this.#listens = { network, at: this.#listener.local };
    return this.#listener.local;
  }

  /** Serves a client that has called. */
  accept(transport: Transport): void {
    if (this.#sessions.size >= MAX_SIS_CONNECTIONS) return transport.abort("limit");
    const session = new SisSession(this, transport);
    this.#sessions.add(session);
    const running = session.run().then(() => {
      this.#sessions.delete(session);
      this.#running.delete(running);
      this.#log.debug("sis client gone", { node: this.node.address });
    });
    this.#running.add(running);
  }

  /** Tells every client the state of the subnetwork; it changes nothing else. */
  setAvailability(status: number, reason: number = SUBNET_REASON.unspecified): void {
    this.#availability = { status, reason };
    for (const session of this.#sessions) {
      if (session.sap !== undefined) session.say({ kind: "subnetAvailability", status, reason });
    }
  }

  /** For connections. */
  isSapTaken(sap: number): boolean {
    return this.#boundTo(sap) !== undefined;
  }

  /** Breaks all connections and takes no calls until `start`, as a server that has died. */
  async stop(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    for (const session of this.#sessions) session.abort();
    await Promise.all([listener?.close(), ...this.#running]);
  }

  /** Listens again where it did. @throws {Error} when somebody else does now, or it never did */
  async start(): Promise<void> {
    if (this.#listens === undefined) throw new Error("Cannot start: the server has not listened before");
    await this.listen(this.#listens.network, this.#listens.at);
  }

  #boundTo(sap: number): SisSession | undefined {
    return [...this.#sessions].find((session) => session.sap === sap);
  }
}
