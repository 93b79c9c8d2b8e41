import assert from "node:assert/strict";
import { randomFraction, randomId, type RandomSource, seededRandom } from "../../../base/mod.ts";
import { type Element, readXml, writeXml, xml } from "../../../xml/mod.ts";
import type { Channel } from "../../flow/channel.ts";
import { LinkEngine } from "../../flow/engine.ts";
import { MemoryStore } from "../../flow/testing/memory_store.ts";
import { GIVEN_ID } from "../../flow/template.ts";
import { LinkIds } from "../link_ids.ts";

type Name = "ship" | "shore";
const OTHER: Readonly<Record<Name, Name>> = { ship: "shore", shore: "ship" };
const RECEIPTS = "urn:xmpp:receipts";
const OMEMO = "urn:xmpp:omemo:2";
const ROUNDS = 40;

/** What may go wrong, each as its chance at a step. */
export interface Trouble {
  readonly cut: number;
  readonly crash: number;
  readonly restore: number;
}

interface Side {
  readonly store: MemoryStore;
  engine: LinkEngine;
  ids: LinkIds;
  channel: Channel | undefined;
  /** Frames on their way to this side. */
  incoming: Uint8Array[];
  /** What came in this turn, as clients will see it when the turn has ended. */
  readonly came: Element[];
  backup: ReturnType<MemoryStore["backup"]> | undefined;
  /** By which ids the clients of this side know each message, the first first; they never forget. */
  readonly known: Map<number, string[]>;
  /** The same the other way round. */
  readonly byId: Map<string, number>;
}

/**
 * Clients on both sides that write and refer to what was written, with ids of all kinds, over a link in which
 * everything goes wrong. Each message says in its body which it is, each reference which it means: so it is seen
 * whether the ids say the same.
 */
export class Talk {
  readonly #random: RandomSource;
  readonly #trouble: Trouble;
  readonly #sides: Record<Name, Side>;
  #count = 0;
  #isUp = false;
  #isRestored = false;
  /** References that arrived, and those of them that named what nobody there knows. */
  references = 0;
  unknown = 0;

  constructor(seed: number, trouble: Trouble) {
    this.#random = seededRandom(seed);
    this.#trouble = trouble;
    this.#sides = { ship: this.#newSide("ship"), shore: this.#newSide("shore") };
  }

  play(steps: number): void {
    for (let step = 0; step < steps; step++) this.#step();
    for (let round = 0; round < ROUNDS; round++) {
      if (!this.#isUp) this.#connect();
      for (const name of ["ship", "shore"] as const) this.#pump(name);
      for (const name of ["ship", "shore"] as const) this.#arrive(name);
    }
    for (const { store, engine } of Object.values(this.#sides)) {
      assert.equal(store.waiting.length + engine.unacknowledged, 0, "something never arrived");
    }
  }

  #step(): void {
    const name: Name = this.#chance(0.5) ? "ship" : "shore";
    if (this.#chance(this.#trouble.restore)) this.#restore(name);
    else if (this.#chance(this.#trouble.crash)) this.#crash(name);
    else if (this.#chance(this.#trouble.cut)) this.#cut();
    else if (!this.#isUp && this.#chance(0.3)) this.#connect();
    else if (this.#chance(0.4)) this.#write(name);
    else if (this.#chance(0.5)) this.#pump(name);
    else this.#arrive(name);
  }

  #newSide(name: Name): Side {
    const store = new MemoryStore();
    const side = {
      store,
      ...this.#process(name, store),
      channel: undefined,
      incoming: [],
      came: [],
      backup: undefined,
      known: new Map<number, string[]>(),
      byId: new Map<string, number>(),
    };
    store.commit();
    return side;
  }

  #process(name: Name, store: MemoryStore): Pick<Side, "engine" | "ids"> {
    const engine = new LinkEngine({
      store,
      random: this.#random,
      coding: 2,
      ackDelayMs: 0,
      events: {
        deliver: ({ element }) => {
          const { came, ids } = this.#sides[name];
          came.push(ids.incoming(element));
        },
        peerRestarted() {},
        resynchronised() {},
        damaged(error) {
          throw error;
        },
      },
    });
    return {
      engine,
      ids: new LinkIds({ store: store.ids, random: this.#random, stem: name.slice(1, 4), isOn: true }),
    };
  }

  /** A client of this side writes a message, or refers to one that it knows. */
  #write(name: Name): void {
    const { store, known } = this.#sides[name];
    const ours = `${name}@${name}.example/phone`;
    const theirs = `${OTHER[name]}@${OTHER[name]}.example`;
    const about = [...known.keys()].at(-Math.ceil(this.#fraction() * Math.min(known.size, 12)));
    const isReference = about !== undefined && this.#chance(0.5);
    const key = this.#count++;
    const id = this.#newId(name);
    const part = isReference
      ? xml("received", { xmlns: RECEIPTS, id: known.get(about)?.at(-1) })
      : this.#chance(0.2)
      ? xml("encrypted", { xmlns: OMEMO })
      : xml("origin-id", { xmlns: "urn:xmpp:sid:0", id });
    const body = isReference ? `${key} about ${about}` : `${key}`;
    const message = xml("message", { from: ours, to: theirs, id }, xml("body", {}, body), part);
    this.#learn(name, key, id);
    store.waiting.push(writeXml(message));
    store.commit();
  }

  /** As clients make them: long and random, short, or, from somebody who means harm, one that this side has given. */
  #newId(name: Name): string {
    const { byId } = this.#sides[OTHER[name]];
    const own = this.#sides[name].byId;
    const given = [...byId.keys()].findLast((id) => GIVEN_ID.test(id) && !own.has(id));
    if (given !== undefined && this.#chance(0.1)) return given;
    if (this.#chance(0.2)) return `${name}${this.#count}`;
    return randomId(this.#random, 22);
  }

  #pump(name: Name): void {
    const { store, engine, ids, channel } = this.#sides[name];
    for (const text of store.waiting.splice(0)) {
      engine.accept(new TextEncoder().encode(writeXml(ids.outgoing(readXml(text)))));
    }
    if (this.#chance(this.#trouble.crash)) return this.#crash(name);
    store.commit();
    const frames = channel?.flush(0, { textBytes: 4_096, blockBytes: 300, blocks: 4 }) ?? [];
    this.#sides[OTHER[name]].incoming.push(...frames.map(({ octets }) => octets));
    if (channel?.mustEnd === true) this.#cut();
  }

  #arrive(name: Name): void {
    const side = this.#sides[name];
    for (const frame of side.incoming.splice(0)) side.channel?.receive(frame, 0);
    const came = side.came.splice(0);
    // Clients are shown nothing that is not on disk.
    if (this.#chance(this.#trouble.crash)) return this.#crash(name);
    side.store.commit();
    for (const element of came) this.#show(name, element);
    if (side.channel?.mustEnd === true) this.#cut();
  }

  #show(name: Name, seen: Element): void {
    const [key = "", about] = (seen.getChildText("body") ?? "").split(" about ");
    this.#learn(name, Number(key), seen.attrs.id ?? "");
    const origin = seen.getChild("origin-id")?.attrs.id;
    if (origin !== undefined) assert.equal(origin, seen.attrs.id, "origin id and id part");
    this.#reflect(name, seen, key);
    if (about === undefined) return;
    this.references++;
    const named = seen.getChild("received")?.attrs.id ?? "";
    const meant = this.#sides[name].byId.get(named);
    if (meant === Number(about)) return;
    assert.equal(meant, undefined, `${name}: a reference to ${about} came as one to ${meant}`);
    assert.ok(this.#isRestored, `${name}: a reference to ${about} came as one to nothing: ${named}`);
    this.unknown++;
  }

  /** A room of this side sends a message back to where it came from, and leaves out all but its words. */
  #reflect(name: Name, { attrs: { id, from, type } }: Element, key: string): void {
    if (type === "groupchat" || !this.#chance(0.2)) return;
    const { store } = this.#sides[name];
    const room = `room@${name}.example/${OTHER[name]}`;
    const reflected = xml("message", { from: room, to: from, id, type: "groupchat" }, xml("body", {}, key));
    store.waiting.push(writeXml(reflected));
    store.commit();
  }

  /** A message is shown to the clients of a side: by one id, that no other ever had. */
  #learn(name: Name, key: number, id: string): void {
    const { known, byId } = this.#sides[name];
    const ids = known.get(key) ?? [];
    if (ids.length > 0 && !ids.includes(id)) {
      assert.ok(this.#isRestored, `${name}: message ${key} came as ${id} and was ${ids}`);
    }
    const other = byId.get(id);
    assert.ok(other === undefined || other === key, `${name}: messages ${other} and ${key} are both ${id}`);
    byId.set(id, key);
    known.set(key, ids.includes(id) ? ids : [...ids, id]);
  }

  #connect(): void {
    this.#isUp = true;
    for (const side of Object.values(this.#sides)) {
      side.channel = side.engine.connected("stream");
      side.engine.use(side.channel);
    }
  }

  #cut(): void {
    this.#isUp = false;
    for (const side of Object.values(this.#sides)) {
      side.incoming = [];
      side.channel = undefined;
      side.engine.use(undefined);
    }
  }

  #crash(name: Name): void {
    const side = this.#sides[name];
    this.#cut();
    side.store.crash();
    Object.assign(side, this.#process(name, side.store));
  }

  /** Takes a backup now and then, and puts the last one back. */
  #restore(name: Name): void {
    const side = this.#sides[name];
    if (side.backup === undefined || this.#chance(0.5)) {
      side.backup = side.store.backup();
      return;
    }
    this.#isRestored = true;
    this.#cut();
    side.store.restore(side.backup);
    Object.assign(side, this.#process(name, side.store));
  }

  #fraction(): number {
    return randomFraction(this.#random);
  }

  #chance(probability: number): boolean {
    return this.#fraction() < probability;
  }
}
