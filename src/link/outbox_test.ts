import assert from "node:assert/strict";
import fc from "fast-check";
import { Metrics, nullLog } from "../base/mod.ts";
import { type Precedence, PRECEDENCES } from "../config/mod.ts";
import { dateTime, NS, type Stanza } from "../stanza/mod.ts";
import { DEFAULT_XML_LIMITS } from "../xml/mod.ts";
import { type Batch, Outbox } from "./outbox.ts";
import { Tally } from "./tally.ts";
import { stanza } from "./testing/stanzas.ts";
import { MemoryQueueStore } from "./testing/world.ts";

const START_MS = Date.UTC(2026, 0, 1);
const LIMITS = { stanzas: 6, sizeBytes: 100_000, ageMs: 100_000, iqAgeMs: 40_000 };

/** An outbox with a clock of its own, and an account of what became of what it was given. */
class Bench {
  nowMs = START_MS;
  readonly store = new MemoryQueueStore();
  readonly answered: Stanza[] = [];
  readonly delivered: string[] = [];
  readonly open: Batch[] = [];
  outbox: Outbox;

  constructor() {
    this.outbox = this.#make();
  }

  #make(): Outbox {
    const clock = { nowMs: () => this.nowMs, monotonicMs: () => this.nowMs, after: () => () => {} };
    return new Outbox({
      peer: { name: "shore", domains: ["shore.example"], rules: [], queue: LIMITS },
      store: this.store,
      limits: DEFAULT_XML_LIMITS,
      answer: (stanza) => void this.answered.push(stanza),
      status: () => {
        throw new Error("nobody is told anything");
      },
      tally: new Tally("shore", new Metrics()),
      clock,
      log: nullLog,
    });
  }

  /** The server stops and starts again. What is out is taken back, as when its connection breaks. */
  restart(): void {
    this.takeBack();
    this.outbox.storeAll();
    this.outbox = this.#make();
    this.outbox.load();
  }

  take(mostBytes: number): void {
    const batch = this.outbox.take(mostBytes);
    if (batch !== undefined) this.open.push(batch);
  }

  takeBack(): void {
    if (this.open.length > 0) this.outbox.takeBack(this.open.splice(0));
  }

  handOver(): void {
    const batch = this.open.shift();
    if (batch === undefined) return;
    this.outbox.handedOver(batch);
    this.delivered.push(...batch.stanzas.map(({ stanza }) => stanza.id));
  }
}

const STEPS = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant("send" as const),
        what: fc.constantFrom("message" as const, "iq" as const),
        precedence: fc.constantFrom<Precedence>(...PRECEDENCES),
        late: fc.option(
          fc.record({ action: fc.constantFrom("drop", "error", "alert"), afterMs: fc.nat(60) }),
          { nil: undefined },
        ),
        isReady: fc.boolean(),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("take" as const), mostBytes: fc.nat(2_000) }) },
    { weight: 2, arbitrary: fc.constant({ kind: "hand over" } as const) },
    { weight: 1, arbitrary: fc.constant({ kind: "take back" } as const) },
    { weight: 1, arbitrary: fc.constant({ kind: "restart" } as const) },
    { weight: 1, arbitrary: fc.constant({ kind: "flush" } as const) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("pass" as const), seconds: fc.nat(30) }) },
  ),
  { maxLength: 60 },
);

Deno.test("nothing is both delivered and refused, nothing is lost without a word, and the store knows what waits", () => {
  fc.assert(fc.property(STEPS, (steps) => {
    const bench = new Bench();
    const sent = new Map<string, { readonly isSilent: boolean; readonly isKept: boolean }>();
    for (const step of steps) {
      switch (step.kind) {
        case "send": {
          const id = `s${sent.size}`;
          const { what, precedence, late, isReady } = step;
          sent.set(id, { isSilent: late?.action === "drop", isKept: what === "message" });
          const value = late === undefined ? "" : dateTime(bench.nowMs + late.afterMs * 1_000);
          const amp = late === undefined ? "" : `<amp xmlns='${NS.AMP}'>` +
            `<rule action='${late.action}' condition='expire-at' value='${value}'/></amp>`;
          const xml = what === "iq"
            ? `<iq type='get' id='${id}'/>`
            : `<message id='${id}'><body>${id}</body>` +
              `<headers xmlns='${NS.SHIM}'><header name='Precedence'>${precedence}</header></headers>${amp}</message>`;
          bench.outbox.accept(stanza(xml, bench.nowMs), { isUp: true, roomBytes: isReady ? 1_000 : 0 });
          break;
        }
        case "take":
          bench.take(step.mostBytes);
          break;
        case "hand over":
          bench.handOver();
          break;
        case "take back":
          bench.takeBack();
          break;
        case "restart":
          bench.restart();
          break;
        case "flush":
          bench.outbox.flush();
          break;
        case "pass":
          bench.nowMs += step.seconds * 1_000;
          bench.outbox.expire();
      }
    }
    const answered = bench.answered.map(({ id }) => id);
    bench.takeBack();
    bench.outbox.storeAll();
    const rows = bench.store.rows.map(({ xml }) => /<body>(.*)<\/body>/.exec(xml)?.[1]).sort();
    const waiting: string[] = [];
    for (let batch = bench.outbox.take(1); batch !== undefined; batch = bench.outbox.take(1)) {
      waiting.push(...batch.stanzas.map(({ stanza }) => stanza.id));
    }
    // What expires only now is answered now.
    const expired = bench.answered.slice(answered.length).map(({ id }) => id);
    const fates = [...bench.delivered, ...answered, ...expired, ...waiting];
    assert.equal(new Set(fates).size, fates.length, "each ends in one way");
    for (const [id, { isSilent }] of sent) {
      // An IQ request that waited over a restart is gone with it: its sender's session is too.
      const mayBeGone = isSilent || !sent.get(id)?.isKept;
      assert.ok(mayBeGone || fates.includes(id), `${id} is lost`);
    }
    const kept = [...waiting, ...expired].filter((id) => sent.get(id)?.isKept).sort();
    const silent = rows.filter((id) => id !== undefined && !kept.includes(id));
    assert.ok(silent.every((id) => sent.get(id ?? "")?.isSilent), "only what waits is on disk");
    assert.deepEqual(rows.filter((id) => !silent.includes(id)), kept, "what waits is on disk");
  }));
});

/** Ids of what waits after a restart, in the order in which it leaves. */
function leavingAfterRestart(bench: Bench): string[] {
  bench.restart();
  const ids: string[] = [];
  for (let batch = bench.outbox.take(1); batch !== undefined; batch = bench.outbox.take(1)) {
    ids.push(...batch.stanzas.map(({ stanza }) => stanza.id));
  }
  return ids;
}

Deno.test("a restart keeps the order, though the clock was put back between two messages", () => {
  const bench = new Bench();
  for (const id of ["1", "2", "3"]) {
    const made = stanza(`<message id='${id}'><body>x</body></message>`, bench.nowMs);
    bench.outbox.accept(made, { isUp: false, roomBytes: 0 });
    bench.nowMs -= 5_000;
  }
  assert.deepEqual(leavingAfterRestart(bench), ["1", "2", "3"]);
});

Deno.test("what is stored only when it is taken back keeps its place, whatever the clock says", () => {
  const bench = new Bench();
  const accept = (id: string, roomBytes: number, precedence = "routine") => {
    const header = `<headers xmlns='${NS.SHIM}'><header name='Precedence'>${precedence}</header></headers>`;
    const made = stanza(`<message id='${id}'><body>x</body>${header}</message>`, bench.nowMs);
    bench.outbox.accept(made, { isUp: true, roomBytes });
    bench.nowMs -= 5_000;
  };
  accept("1", 10_000);
  bench.take(1);
  accept("2", 0);
  accept("3", 0);
  accept("4", 0, "flash");
  assert.equal(bench.store.rows.length, 3, "the first is on its way and not stored");
  bench.takeBack();
  assert.deepEqual(leavingAfterRestart(bench), ["4", "1", "2", "3"]);
  assert.equal(bench.store.rows.length, 4, "each is stored once");
});
