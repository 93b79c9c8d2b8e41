import assert from "node:assert/strict";
import { Metrics, nullLog } from "../base/mod.ts";
import { Router } from "../router/mod.ts";
import { VirtualClock } from "../sim/clock.ts";
import { Jid, type Stanza, stanzaOf } from "../stanza/mod.ts";
import { type AnswerStore, openStorage } from "../storage/mod.ts";
import { safeTurn } from "../storage/testing/support.ts";
import { readXml, writeXml } from "../xml/mod.ts";
import { type CachePolicy, Caches } from "./mod.ts";

export const DAY_MS = 86_400_000;

export const POLICY: CachePolicy = {
  share: "subscribers",
  entries: 100,
  sizeBytes: 1_000_000,
  errorsMs: 60_000,
  waitMs: 600_000,
  keepsOld: false,
  lifeMs: {
    "capabilities": DAY_MS,
    "client-info": DAY_MS,
    "disco": DAY_MS,
    "vcard": DAY_MS,
    "avatar": DAY_MS,
    "avatar-metadata": DAY_MS,
    "version": DAY_MS,
  },
};

/**
 * The caches of a ship whose only link leads to the shore. Romeo and Benvolio see Juliet; Mercutio sees nobody. Stanzas
 * go in and come out as XML.
 */
export class CacheWorld {
  readonly clock = new VirtualClock(Date.UTC(2026, 6, 1, 10));
  readonly metrics = new Metrics();
  readonly caches: Caches;
  lastActivity: number | undefined;
  /** Whether what would cross is answered out of what is kept, as by a rule; what is not kept crosses. */
  answersCached = false;
  readonly #router = new Router(nullLog);
  #crossed: string[] = [];
  #heard: string[] = [];

  constructor(store: AnswerStore, policy: Partial<CachePolicy> = {}) {
    const watchers = ["romeo@ship.example", "benvolio@ship.example"];
    this.caches = new Caches({
      peers: [{
        name: "shore",
        domains: ["shore.example", "rooms.shore.example"],
        policy: { ...POLICY, ...policy },
      }],
      store,
      router: this.#router,
      clock: this.clock,
      metrics: this.metrics,
      sees: (account, contact) => watchers.includes(`${account}`) && contact.local === "juliet",
      lastActivity: () => this.lastActivity,
    });
    const local = (stanza: Stanza) => {
      if (stanza.to.domain !== "ship.example") return false;
      return this.#heard.push(writeXml(stanza.element)) > 0;
    };
    const link = (stanza: Stanza) => {
      const answer = this.answersCached ? this.caches.last(stanza) : undefined;
      if (answer === undefined) this.#crossed.push(writeXml(stanza.element));
      else this.#router.route(answer);
      return true;
    };
    this.#router.use([this.caches, { name: "im", accept: local }, { name: "link", accept: link }]);
  }

  /** A request of a client: `ask("romeo/deck", "juliet@shore.example/home", "<query …/>", "q1")`. */
  ask(who: string, to: string, payload: string, id: string, type = "get"): void {
    const [username = "", resource = ""] = who.split("/");
    this.#route(
      `<iq type='${type}' id='${id}'>${payload}</iq>`,
      `${username}@ship.example/${resource}`,
      to,
      "c2s",
    );
  }

  /** The shore sends a stanza. */
  shoreSends(xml: string): void {
    const { from = "", to = "" } = readXml(xml).attrs;
    this.#route(xml, from, to, "link");
  }

  /** The shore answers a client's request. */
  shoreAnswers(who: string, from: string, inside: string, id: string, type = "result"): void {
    const [username, resource] = who.split("/");
    this.shoreSends(
      `<iq type='${type}' id='${id}' from='${from}' to='${username}@ship.example/${resource}'>${inside}</iq>`,
    );
  }

  /** The link answers in the far side's name. */
  linkSays(xml: string): void {
    const { from = "", to = "" } = readXml(xml).attrs;
    this.#route(xml, from, to, "local");
  }

  /** What has crossed since the last call. */
  crossed(): string[] {
    const crossed = this.#crossed;
    this.#crossed = [];
    return crossed;
  }

  /** What clients were sent since the last call. */
  heard(): string[] {
    const heard = this.#heard;
    this.#heard = [];
    return heard;
  }

  #route(xml: string, from: string, to: string, kind: "c2s" | "link" | "local"): void {
    const stanza = stanzaOf(readXml(xml), Jid.of(from), Jid.of(to), { kind, name: "" }, this.clock.nowMs());
    this.#router.route(stanza);
  }
}

/** Runs a test in a world of its own. */
export function inWorld(
  name: string,
  body: (world: CacheWorld, answers: AnswerStore) => void | Promise<void>,
  policy: Partial<CachePolicy> = {},
): void {
  Deno.test(name, async () => {
    const storage = openStorage({ path: ":memory:", turn: safeTurn() });
    const world = new CacheWorld(storage.answers, policy);
    try {
      await body(world, storage.answers);
    } finally {
      world.caches.stop();
      await world.clock.settle();
      assert.equal(world.clock.pending, 0, "timers are left");
      storage.close();
    }
  });
}
