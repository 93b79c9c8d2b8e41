import assert from "node:assert/strict";
import fc from "fast-check";
import { VirtualClock } from "../sim/clock.ts";
import { Jid } from "../stanza/mod.ts";
import { DEFAULT_PRESENCE_POLICY, type PresencePolicy } from "./mod.ts";
import { Link, Side, Viewer } from "./testing/pair.ts";

/** Both of the ship see her of the shore, and are seen by her. */
const SHIP = [Jid.of("romeo@ship.example"), Jid.of("benvolio@ship.example")];
const SHORE = [Jid.of("juliet@shore.example")];

const who = fc.constantFrom(...[...SHIP, ...SHORE].flatMap((jid) => [`${jid}/a`, `${jid}/b`]));

/**
 * What may happen: somebody comes or says something new, or goes; the link breaks, comes back, delivers; time
 * passes.
 */
const event = fc.oneof(
  { weight: 6, arbitrary: fc.record({ who, show: fc.constantFrom("away", "dnd", "chat") }) },
  { weight: 3, arbitrary: fc.record({ who, show: fc.constant(undefined) }) },
  { weight: 4, arbitrary: fc.constant("arrive" as const) },
  { weight: 2, arbitrary: fc.constantFrom("down" as const, "up" as const) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 40 * 60_000 }) },
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

/** Two servers, a link between them, and who is there. */
class Pair {
  readonly clients = new Map<string, Viewer>();
  readonly #clock = new VirtualClock();
  readonly #link = new Link();
  readonly #shows = new Map<string, string>();
  readonly #sides: readonly Side[];

  constructor(policy: PresencePolicy) {
    this.#sides = [
      new Side("ship.example", SHIP, SHORE, this.#link, this.#clock, policy),
      new Side("shore.example", SHORE, SHIP, this.#link, this.#clock, policy),
    ];
    this.#link.up();
  }

  async happen(what: Event): Promise<void> {
    if (typeof what === "number") await this.#clock.advance(what);
    else if (what === "arrive") this.#link.arrive();
    else if (what === "up") this.#link.up();
    else if (what === "down") this.#link.down();
    else if (what.show === undefined) this.#leave(what.who);
    else this.#announce(Jid.of(what.who), what.show);
  }

  /** Whom a client ought to see, and how: all resources on the other side. */
  truth(client: Viewer): [string, string][] {
    return [...this.#shows].filter(([jid]) => Jid.of(jid).domain !== client.jid.domain).sort();
  }

  /** The link comes up, if it is not, and nothing more happens for as long as anything is held. */
  async settle(): Promise<void> {
    if (!this.#link.isUp) this.#link.up();
    this.#link.arrive();
    await this.#clock.advance(2 * 60 * 60_000);
    this.#link.arrive();
  }

  close(): void {
    for (const side of this.#sides) side.close();
  }

  #announce(jid: Jid, show: string): void {
    const side = this.#sides.find(({ domain }) => domain === jid.domain);
    assert.ok(side);
    const client = this.clients.get(jid.toString()) ?? new Viewer(side, jid);
    this.clients.set(jid.toString(), client);
    this.#shows.set(jid.toString(), show);
    client.announce(show);
  }

  #leave(jid: string): void {
    this.clients.get(jid)?.leave();
    this.clients.delete(jid);
    this.#shows.delete(jid);
  }
}

for (const whenDown of ["hold", "strict"] as const) {
  Deno.test(`whatever the link does, in the end every client sees who is there (${whenDown})`, async () => {
    const policy = { ...DEFAULT_PRESENCE_POLICY, whenDown };
    const happens = async (events: readonly Event[]) => {
      const pair = new Pair(policy);
      try {
        for (const what of events) await pair.happen(what);
        await pair.settle();
        for (const client of pair.clients.values()) {
          assert.deepEqual([...client.view].sort(), pair.truth(client), client.jid.toString());
        }
      } finally {
        pair.close();
      }
    };
    await fc.assert(fc.asyncProperty(fc.array(event, { maxLength: 40 }), happens), { numRuns: 150 });
  });
}
