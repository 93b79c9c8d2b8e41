import assert from "node:assert/strict";
import { nullLog, seededRandom } from "../base/mod.ts";
import { memoryPair, type Transport } from "../net/mod.ts";
import { VirtualClock } from "../sim/clock.ts";
import type { BlockRoad } from "./block_road.ts";
import { encodePrimitive } from "./encode.ts";
import type { ClientPrimitive, ServerPrimitive, SisPrimitive } from "./primitives.ts";
import { type RcopStation, rcopStation } from "./station.ts";
import { SisReader } from "./sis_reader.ts";
import { BUSY_SIZE_BYTES } from "./sis_wire.ts";
import { FAR } from "./testing/rig.ts";

/** One connection as the server sees it. */
class Session {
  readonly got: SisPrimitive[] = [];
  readonly #reader = new SisReader();
  readonly #input: ReadableStreamDefaultReader<Uint8Array>;
  readonly #output: WritableStreamDefaultWriter<Uint8Array>;

  constructor(readonly transport: Transport) {
    this.#input = transport.readable.getReader();
    this.#output = transport.writable.getWriter();
  }

  /** Reads until the client sends no more. */
  async read(): Promise<void> {
    for (;;) {
      const next = await this.#input.read().catch(() => undefined);
      if (next === undefined || next.done) return;
      for (const input of this.#reader.push(next.value)) {
        assert.equal(input.kind, "primitive");
        if (input.kind === "primitive") this.got.push(input.primitive);
      }
    }
  }

  async says(...primitives: ServerPrimitive[]): Promise<void> {
    for (const primitive of primitives) await this.#output.write(encodePrimitive(primitive));
  }

  async saysOctets(octets: Uint8Array): Promise<void> {
    await this.#output.write(octets);
  }

  kinds(): string[] {
    return this.got.map(({ kind }) => kind);
  }

  finish(): Promise<void> {
    return this.#output.close();
  }
}

/** A station and the server that it calls, joined in memory under a virtual clock. */
class World {
  readonly clock = new VirtualClock();
  readonly sessions: Session[] = [];
  readonly station: RcopStation;
  readonly happened: string[] = [];
  readonly road: BlockRoad;
  /** Calls fail, or never end. */
  mood: "answers" | "refuses" | "hangs" = "answers";
  calls = 0;
  /** How often the road was told of room. */
  rooms = 0;
  late: (() => void) | undefined;

  constructor() {
    this.station = rcopStation({
      binding: { sap: 6, rank: 0, confirmation: "node", mostOutstanding: 64 },
      applicationId: 0x8000,
      dial: () => this.#dial(),
      clock: this.clock,
      random: seededRandom(1),
      log: nullLog,
    });
    const note = (text: string) => void this.happened.push(text);
    this.road = this.station.rcop.open({
      remote: FAR,
      remoteSap: 6,
      connectionId: 0,
      mode: "whole",
      mostOutstanding: 64,
    }, {
      opened: () => note("opened"),
      closed: ({ why, detail }) => note(`closed ${why}: ${detail}`),
      room: () => void this.rooms++,
      outcome: (handle, { kind }) => note(`${handle} ${kind}`),
      received: (octets) => note(`received ${octets.length}`),
      reset: () => note("reset"),
    });
  }

  /** The connection in use. */
  get session(): Session {
    return this.sessions.at(-1) ?? assert.fail("no connection");
  }

  async bound(): Promise<Session> {
    this.station.client.start();
    await this.clock.settle();
    void this.session.read();
    await this.session.says({ kind: "bindAccepted", sap: 6, mtuBytes: 2_048 });
    await this.clock.settle();
    return this.session;
  }

  async end(): Promise<void> {
    this.station.client.stop();
    await this.clock.advance(10_000);
    assert.equal(this.clock.pending, 0);
  }

  #dial(): Promise<Transport> {
    this.calls++;
    if (this.mood === "refuses") return Promise.reject(new Error("refused"));
    const [ours, theirs] = memoryPair(["client", "server"]);
    const take = () => void this.sessions.push(new Session(theirs));
    if (this.mood === "hangs") {
      const { promise, resolve } = Promise.withResolvers<Transport>();
      this.late = () => {
        take();
        resolve(ours);
      };
      return promise;
    }
    take();
    return Promise.resolve(ours);
  }
}

Deno.test("over a transport: bind, a U_PDU each way, confirm, unbind", async () => {
  const world = new World();
  const session = await world.bound();
  world.road.submit(new Uint8Array(10), { priority: 5, ttlMs: 60_000 });
  await world.clock.settle();
  assert.deepEqual(session.kinds(), ["bindRequest", "unidataRequest"]);
  await session.says(
    { kind: "unidataConfirm", destinationSap: 6, destination: FAR, part: new Uint8Array(4) },
    {
      kind: "unidataIndication",
      priority: 5,
      destinationSap: 6,
      destination: { isGroup: false, bits: 1 },
      mode: "arq",
      sourceSap: 6,
      source: FAR,
      damaged: [],
      missing: [],
      uPdu: Uint8Array.of(0, 0, 0, 0, 0x80, 0, 1, 2, 3),
    },
  );
  await world.clock.settle();
  assert.deepEqual(world.happened, ["opened", "1 confirmed", "received 3"]);
  await world.end();
});

Deno.test("the connection is closed in good order behind the unbind", async () => {
  const world = new World();
  const session = await world.bound();
  world.station.client.stop();
  await world.clock.settle();
  assert.deepEqual(session.kinds(), ["bindRequest", "unbindRequest"]);
  await session.finish();
  assert.equal(await session.transport.closed, "closed-by-peer");
  await world.end();
});

Deno.test("a server that does not close its side is left after 5 s", async () => {
  const world = new World();
  const session = await world.bound();
  world.station.client.stop();
  let reason = "open";
  void session.transport.closed.then((why) => reason = why);
  await world.clock.advance(4_999);
  assert.equal(reason, "open");
  await world.clock.advance(1);
  assert.notEqual(reason, "open");
  await world.end();
});

const ENDS: readonly (readonly [what: string, end: (session: Session) => Promise<void> | void])[] = [
  ["closes its side", (session) => session.finish()],
  ["breaks the connection", (session) => session.transport.abort("lost")],
  ["sends garbage", (session) => session.saysOctets(new TextEncoder().encode("HTTP/1.1 400 Bad Request"))],
  ["unbinds", (session) => session.says({ kind: "unbindIndication", reason: 2 })],
];

for (const [what, end] of ENDS) {
  Deno.test(`when the server ${what} the station calls again and is bound anew`, async () => {
    const world = new World();
    const session = await world.bound();
    world.road.submit(new Uint8Array(10), { priority: 5, ttlMs: 60_000 });
    await end(session);
    await world.clock.settle();
    assert.deepEqual(world.happened.slice(0, 2), ["opened", "1 lost"]);
    assert.match(world.happened[2] ?? "", /^closed unbound: ./);
    await world.clock.advance(1_000);
    assert.equal(world.sessions.length, 2);
    await world.bound();
    assert.equal(world.happened.at(-1), "opened");
    await world.end();
  });
}

Deno.test("a call that fails is made again after a pause", async () => {
  const world = new World();
  world.mood = "refuses";
  world.station.client.start();
  await world.clock.settle();
  assert.equal(world.calls, 1);
  world.mood = "answers";
  await world.clock.advance(1_000);
  await world.bound();
  assert.deepEqual(world.happened, ["opened"]);
  await world.end();
});

Deno.test("a call that ends after it was given up is put away", async () => {
  const world = new World();
  world.mood = "hangs";
  world.station.client.start();
  await world.clock.advance(60_000);
  const { late } = world;
  world.mood = "answers";
  await world.clock.advance(1_000);
  assert.equal(world.sessions.length, 1);
  late?.();
  await world.clock.settle();
  assert.equal(await world.session.transport.closed, "lost");
  await world.end();
});

Deno.test("a server that does not read makes the road full, not the memory; when it reads, there is room", async () => {
  const world = new World();
  world.station.client.start();
  await world.clock.settle();
  const { session } = world;
  await session.says({ kind: "bindAccepted", sap: 6, mtuBytes: 2_048 });
  await world.clock.settle();
  let submitted = 0;
  const before = world.rooms;
  while (world.road.hasRoom) {
    world.road.submit(new Uint8Array(2_042), { priority: 5, ttlMs: undefined });
    await world.clock.settle();
    submitted++;
  }
  assert.ok(submitted <= Math.ceil(BUSY_SIZE_BYTES / 2_048), `${submitted}`);
  assert.ok(world.road.isOpen);
  void session.read();
  await world.clock.settle();
  assert.ok(world.road.hasRoom);
  assert.ok(world.rooms > before);
  assert.equal(session.got.length, submitted + 1);
  await world.end();
});

Deno.test("an answer to a keep-alive that cannot leave within 10 s is left out", async () => {
  const world = new World();
  world.station.client.start();
  await world.clock.settle();
  const { session } = world;
  await session.says({ kind: "bindAccepted", sap: 6, mtuBytes: 2_048 });
  await world.clock.settle();
  // The memory between the two holds one write; these wait behind it.
  for (let i = 0; i < 3; i++) {
    world.road.submit(new Uint8Array(10), { priority: 5, ttlMs: undefined });
    await world.clock.settle();
  }
  await session.says({ kind: "keepAlive" });
  await world.clock.advance(10_001);
  void session.read();
  await world.clock.settle();
  const expected: ClientPrimitive["kind"][] = [
    "bindRequest",
    "unidataRequest",
    "unidataRequest",
    "unidataRequest",
  ];
  assert.deepEqual(session.kinds(), expected);
  await world.end();
});
