import { type CancelTimer, type Clock, guard, type Log } from "../base/mod.ts";
import type { LinkEvents } from "../router/mod.ts";
import type { Heard } from "./heard.ts";
import type { PeerConfig } from "./peer_config.ts";

/**
 * What the rest of the server hears of a link over which nothing is missed in a short break: only the first connection
 * is news, and one after a break that was told.
 */
export class LinkNews {
  readonly #peer: Pick<PeerConfig, "name" | "domains" | "toldDownAfterMs">;
  readonly #clock: Clock;
  readonly #events: LinkEvents;
  readonly #log: Log;
  readonly #heard: Pick<Heard, "isWhole" | "note"> | undefined;
  /** Whether the rest of the server believes that the peer's users can be reached. */
  #isToldUp = false;
  /** Something was missed while the link was not told to be up. */
  #hasMissed: boolean;
  #cancelDown: CancelTimer | undefined;

  /** @param heard where what the other side has said meanwhile comes, however long a break was; else undefined */
  constructor(
    peer: Pick<PeerConfig, "name" | "domains" | "toldDownAfterMs">,
    clock: Clock,
    events: LinkEvents,
    log: Log,
    heard: Pick<Heard, "isWhole" | "note"> | undefined,
  ) {
    this.#peer = peer;
    this.#clock = clock;
    this.#events = events;
    this.#log = log;
    this.#heard = heard;
    this.#hasMissed = heard?.isWhole === false;
  }

  /** There is a connection. */
  up(): void {
    this.stop();
    if (this.#isToldUp) return;
    this.#isToldUp = true;
    this.#tellUp(this.#heard !== undefined && !this.#hasMissed);
  }

  /** There is none any more: told when that lasts. */
  downLater(): void {
    if (!this.#isToldUp || this.#cancelDown !== undefined) return;
    const { name, domains, toldDownAfterMs } = this.#peer;
    this.#cancelDown = this.#clock.after(toldDownAfterMs, () => {
      this.#cancelDown = undefined;
      this.#isToldUp = false;
      this.#tell(() => this.#events.linkDown(name, domains));
    });
  }

  /** What was known of the peer's users is to be asked for anew. */
  again(): void {
    if (this.#isToldUp) return this.#tellUp(false);
    this.#hasMissed = true;
    // Also if the server ends before it can ask.
    this.#heard?.note(false);
  }

  #tellUp(isResumed: boolean): void {
    const { name, domains } = this.#peer;
    this.#hasMissed = false;
    this.#tell(() => this.#events.linkUp(name, domains, isResumed));
    // Whoever heard of it remembers, from this turn on, what he has to ask for.
    this.#heard?.note(true);
  }

  /** Whoever hears of it is no part of the link, and must not break it. */
  #tell(event: () => void): void {
    guard(this.#log, "link event failed", event);
  }

  /** Tells nothing that is not told yet. */
  stop(): void {
    this.#cancelDown?.();
    this.#cancelDown = undefined;
  }
}
