import { type Log, type LogFields, Turn } from "../base/mod.ts";
import type { Listener, Network, Transport } from "../net/mod.ts";
import { StoppableClock } from "./stoppable_clock.ts";
import type { SteppedClock } from "./stepped_clock.ts";

/** Where in its life a server may crash: with the writes of a turn lost, or stored and nobody told. */
export type CrashPoint = "before commit" | "after commit";

/** What one life of a simulated server touches: when it crashes, all of it ends at once and without a word. */
export class Life {
  readonly clock: StoppableClock;
  readonly network: Network;
  readonly turn: Turn;
  /** What it does with what it still had in hand when it crashed is nobody's business. */
  readonly log: Log;
  readonly #transports = new Set<Transport>();
  readonly #listeners: Listener[] = [];
  #crashPoint: CrashPoint | undefined;
  #isOver = false;

  constructor(network: Network, clock: SteppedClock, log: Log) {
    this.clock = new StoppableClock(clock);
    this.network = this.#watched(network);
    const say = (level: keyof Log) => (event: string, fields?: LogFields) => {
      if (!this.#isOver) log[level](event, fields);
    };
    this.log = { debug: say("debug"), info: say("info"), warn: say("warn"), error: say("error") };
    this.turn = new MortalTurn((commit) => this.#commit(commit), (error) => {
      if (!this.#isOver) throw error;
    });
  }

  /** Whether it has crashed. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Crashes in the next turn that stores something. */
  crashAt(point: CrashPoint): void {
    this.#crashPoint = point;
  }

  /** Crashes now: connections break, nobody listens any more, no timer fires. */
  crash(): void {
    this.#isOver = true;
    this.clock.stop();
    for (const listener of this.#listeners.splice(0)) void listener.close();
    for (const transport of [...this.#transports]) transport.abort("lost");
  }

  #commit(commit: () => void): void {
    // Of what is still to be committed after the crash nothing is.
    if (this.#isOver) throw new Error("Cannot commit: the server has crashed");
    if (this.#crashPoint === "before commit") return this.#die();
    commit();
    if (this.#crashPoint === "after commit") this.#die();
  }

  #die(): never {
    this.crash();
    throw new Error("Cannot go on: the server has crashed");
  }

  #watched(network: Network): Network {
    const listening = async (opening: Promise<Listener>) => {
      const listener = await opening;
      this.#listeners.push(listener);
      return listener;
    };
    return {
      listenTcp: (at, onTransport, tls) =>
        listening(network.listenTcp(at, (transport) => onTransport(this.#watch(transport)), tls)),
      listenTls: (at, tls, onTransport) =>
        listening(network.listenTls(at, tls, (transport) => onTransport(this.#watch(transport)))),
      listenLink: (at, tls, onTransport) =>
        listening(network.listenLink(at, tls, (transport) => onTransport(this.#watch(transport)))),
      connectLink: async (to, tls, timeoutMs) => this.#watch(await network.connectLink(to, tls, timeoutMs)),
    };
  }

  #watch<T extends Transport>(transport: T): T {
    this.#transports.add(transport);
    void transport.closed.then(() => this.#transports.delete(transport));
    if (this.#isOver) transport.abort("lost");
    return transport;
  }
}

/** A turn whose commits can be kept from happening. */
class MortalTurn extends Turn {
  readonly #run: (commit: () => void) => void;

  constructor(run: (commit: () => void) => void, onFailure: (error: unknown) => void) {
    super(onFailure);
    this.#run = run;
  }

  override commit(commit: () => void): void {
    super.commit(() => this.#run(commit));
  }
}
