import assert from "node:assert/strict";
import fc from "fast-check";
import { OPTIONS, RcopRig } from "./testing/rcop_rig.ts";

Deno.test("whatever the server does, each U_PDU has one outcome, and what was confirmed was confirmed whole", async () => {
  type Step =
    | readonly ["submit", number]
    | readonly ["answer" | "flow" | "wait" | "close" | "unbind", number];
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 5, arbitrary: fc.tuple(fc.constant("submit" as const), fc.nat(350)) },
    { weight: 8, arbitrary: fc.tuple(fc.constant("answer" as const), fc.nat(1_000)) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom("flow", "close", "unbind"), fc.nat(1)) },
    { weight: 1, arbitrary: fc.tuple(fc.constant("wait" as const), fc.nat(200_000)) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
      const rig = new RcopRig(106, 4);
      const road = rig.open("a");
      rig.bind();
      const submitted: { handle: number; segments: number; from: number }[] = [];
      const confirmed = new Set<string>();
      for (const [what, value] of steps) {
        if (what === "submit" && road.hasRoom) {
          const segments = Math.max(1, Math.ceil(value / 100));
          const from = rig.headers().length;
          submitted.push({ handle: road.submit(new Uint8Array(value), OPTIONS), segments, from });
        } else if (what === "answer") {
          const headers = rig.headers();
          const header = headers[Math.max(0, headers.length - 1 - value % 6)];
          if (header === undefined) continue;
          if (value % 5 > 0) confirmed.add(`${header.uPduId}/${header.segment}`);
          rig.answer(header, value % 5 === 0 ? 3 : undefined);
        } else if (what === "flow") rig.sis.gets({ kind: value === 0 ? "dataFlowOff" : "dataFlowOn" });
        else if (what === "wait") {
          await rig.sis.clock.advance(value);
          rig.sis.accept(106);
        } else if (what === "close") rig.sis.client.closed("lost");
        else if (what === "unbind") rig.sis.gets({ kind: "unbindIndication", reason: 2 });
      }
      rig.sis.client.stop();
      assert.equal(road.outstanding, 0);
      const outcomes = rig.happened().filter((text) => /^a \d/.test(text)).map((text) => text.split(" "));
      assert.deepEqual(
        outcomes.map(([, handle]) => Number(handle)).sort((one, other) => one - other),
        submitted.map(({ handle }) => handle),
      );
      for (const [, handle, outcome] of outcomes) {
        const uPdu = submitted.find((one) => one.handle === Number(handle));
        if (outcome !== "confirmed" || uPdu === undefined) continue;
        const id = rig.headers()[uPdu.from]?.uPduId;
        for (let segment = 0; segment < uPdu.segments; segment++) {
          assert.ok(confirmed.has(`${id}/${segment}`));
        }
      }
    }),
    { numRuns: 300, seed: 5066 },
  );
});
