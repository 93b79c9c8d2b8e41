import assert from "node:assert/strict";
import fc from "fast-check";
import { PRECEDENCES } from "../config/mod.ts";
import { NS } from "../stanza/mod.ts";
import { World } from "./testing/world.ts";

const STEPS = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant("send" as const),
        from: fc.constantFrom("romeo", "mercutio"),
        precedence: fc.constantFrom(...PRECEDENCES),
        sizeChars: fc.constantFrom(10, 300, 3_000),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: "cut" } as const) },
    { weight: 1, arbitrary: fc.constant({ kind: "mend" } as const) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.nat(5_000) }) },
  ),
  { maxLength: 40 },
);

Deno.test("through storms of levels and cuts each message crosses once, in order within its level", async () => {
  await fc.assert(
    fc.asyncProperty(STEPS, async (steps) => {
      const world = new World(50);
      const queue = { stanzas: 1_000, sizeBytes: 1_000_000, ageMs: 86_400_000, iqAgeMs: 60_000 };
      const peer = { profile: "halyard", compression: "deflate", queue } as const;
      const ship = world.ship({ peer, carrier: { rateBps: 9_600 } });
      const shore = world.shore({ peer });
      await shore.links.start();
      await ship.links.start();
      let sent = 0;
      for (const step of steps) {
        switch (step.kind) {
          case "send": {
            const { from, precedence, sizeChars } = step;
            const header = `<header name='Precedence'>${precedence}</header>`;
            ship.send(
              `<message id='${from} ${precedence} ${sent++}' from='${from}@ship.example/deck'>` +
                `<body>${
                  "x".repeat(sizeChars)
                }</body><headers xmlns='${NS.SHIM}'>${header}</headers></message>`,
            );
            break;
          }
          case "cut":
            world.network.cut();
            break;
          case "mend":
            world.network.isUp = true;
            break;
          case "pass":
            await world.clock.advance(step.ms);
        }
      }
      world.network.isUp = true;
      await world.clock.advance(3_600_000);
      assert.equal(shore.routed.length, sent);
      const latest = new Map<string, number>();
      for (const { id } of shore.routed) {
        const [from, precedence, number] = id.split(" ");
        const line = `${from} ${precedence}`;
        assert.ok(Number(number) > (latest.get(line) ?? -1), `${id} came late`);
        latest.set(line, Number(number));
      }
      assert.deepEqual([ship.status.queue.stanzas, ship.store.rows.length], [0, 0]);
      await world.stop();
    }),
    { numRuns: 25 },
  );
});
