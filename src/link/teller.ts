import { dateTime, Jid, NS, type Stanza, stanzaOf } from "../stanza/mod.ts";
import { xml } from "../xml/mod.ts";
import { Deadlines } from "./deadlines.ts";
import type { PeerConfig } from "./peer_config.ts";
import type { Waiting } from "./queue.ts";
import { hasContent } from "./rules/mod.ts";
import type { LinkState, PeerStatus } from "./status.ts";

/** How a link stands, as far as a sender is told. */
export type LinkReport = Pick<PeerStatus, "state" | "sinceMs" | "queue">;

/** Senders remembered in one outage unless given. */
const MOST_TOLD = 10_000;

const LOCAL = { kind: "local", name: "waiting" } as const;

/**
 * Tells people that their message waits and why, if the operator wants that: once for each client and outage. An outage
 * ends when no message waits any more. It is told as a headline of their own server (RFC 6121 section 5.2.2: an
 * alert "to which no reply is expected"), so that it stands in no conversation and no client answers it.
 */
export class Teller {
  readonly #peer: Pick<PeerConfig, "domains" | "tellWaitingMs">;
  readonly #mostTold: number;
  readonly #pending: Deadlines<Waiting>;
  readonly #told = new Set<string>();

  /**
   * @param stillWaits whether a stanza has not left yet
   * @param mostTold senders remembered in one outage; those beyond are not told
   */
  constructor(
    peer: Pick<PeerConfig, "domains" | "tellWaitingMs">,
    stillWaits: (waiting: Waiting) => boolean,
    mostTold: number = MOST_TOLD,
  ) {
    this.#peer = peer;
    this.#mostTold = mostTold;
    this.#pending = new Deadlines((waiting) =>
      stillWaits(waiting) && !this.#told.has(waiting.stanza.from.toString())
    );
  }

  /** When `due` has something to tell, wall clock; undefined when it never has. */
  get nextMs(): number | undefined {
    return this.#pending.nextMs;
  }

  /** Notes that a stanza waits from now on. */
  waits(waiting: Waiting, nowMs: number): void {
    const { tellWaitingMs } = this.#peer;
    if (tellWaitingMs === undefined || !this.#isOfPeople(waiting.stanza)) return;
    this.#pending.add(nowMs + tellWaitingMs, waiting.order, waiting);
  }

  /**
   * What is to be told now.
   * @param report asked only when there is something to tell
   * @param messages how many wait
   */
  due(nowMs: number, report: () => LinkReport, messages: number): Stanza[] {
    const notices: Stanza[] = [];
    let known: LinkReport | undefined;
    for (let next = this.#pending.take(nowMs); next !== undefined; next = this.#pending.take(nowMs)) {
      if (this.#told.size >= this.#mostTold) continue;
      const { stanza } = next;
      this.#told.add(stanza.from.toString());
      known ??= report();
      notices.push(notice(stanza, waitingText(stanza.to.bare.toString(), known, messages, nowMs), nowMs));
    }
    return notices;
  }

  /** No message waits any more: who has to wait again is told again. */
  endOutage(): void {
    this.#told.clear();
  }

  /** Whether somebody on this side wrote it to be read: servers and those behind the link are never told. */
  #isOfPeople({ kind, type, from, element }: Stanza): boolean {
    return kind === "message" && type !== "error" && type !== "headline" && from.local !== "" &&
      !this.#peer.domains.includes(from.domain) && hasContent(element, "body");
  }
}

function notice(stanza: Stanza, text: string, nowMs: number): Stanza {
  const element = xml(
    "message",
    { type: "headline" },
    xml("body", {}, text),
    xml("no-store", { xmlns: NS.HINTS }),
  );
  return stanzaOf(element, Jid.of(stanza.from.domain), stanza.from, LOCAL, nowMs);
}

/** Why a message waits, in one sentence for people. */
export function waitingText(to: string, report: LinkReport, messages: number, nowMs: number): string {
  const { state, sinceMs, queue: { airtimeMs } } = report;
  const many = messages === 1 ? "1 message waits" : `${messages} messages wait`;
  const minutes = airtimeMs === undefined ? "" : `, about ${Math.max(1, Math.ceil(airtimeMs / 60_000))} min`;
  return `Your message to ${to} waits: ${STATES[state](timeText(sinceMs, nowMs))}; ${many}${minutes}.`;
}

const STATES: Readonly<Record<LinkState, (since: string) => string>> = {
  up: () => "the link is busy",
  calling: (since) => `the link is down since ${since}`,
  down: (since) => `the link is down since ${since}`,
  silent: (since) => `the other side has not answered; the link came up at ${since}`,
  idle: () => "the link is being opened",
  quiet: (since) => `the link only receives since ${since}`,
  disabled: (since) => `the link is switched off since ${since}`,
};

/** `12:30Z`, with the date when it is not of today. */
function timeText(timeMs: number, nowMs: number): string {
  const [date = "", time = ""] = dateTime(timeMs).split("T");
  const clock = `${time.slice(0, 5)}Z`;
  return dateTime(nowMs).startsWith(date) ? clock : `${date} ${clock}`;
}
