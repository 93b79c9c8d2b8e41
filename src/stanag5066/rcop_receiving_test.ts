import assert from "node:assert/strict";
import { encodeSegment } from "./rcop_header.ts";
import { node } from "./testing/examples.ts";
import { RcopRig } from "./testing/rcop_rig.ts";
import { FAR } from "./testing/rig.ts";

Deno.test("what comes goes to the road it is for: by source, SAP and connection, not by application", () => {
  const rig = new RcopRig();
  rig.open("a");
  rig.open("b", { connectionId: 3 });
  rig.open("c", { remote: node("5.5.5.5") });
  rig.open("d", { remoteSap: 2 });
  rig.bind();
  rig.happened();
  rig.deliver(0, 0, "x");
  rig.deliver(0, 0, "y", { connectionId: 3 });
  rig.deliver(0, 0, "z", { connectionId: 4 });
  rig.deliver(0, 0, "z", { connectionId: 4 });
  rig.deliver(1, 0, "w", { applicationId: 0x1002 });
  rig.deliver(2, 0, "w", { applicationId: 0x1002 });
  rig.sis.deliver(new Uint8Array(5));
  rig.deliver(3, 0, "v", {}, "non-arq");
  assert.deepEqual(rig.happened(), ["a first 0 x", "b first 0 y", "a first 1 w", "a first 2 w"]);
  assert.deepEqual(rig.warnings, [
    "U_PDU from nobody we know",
    "U_PDU with another application id",
    "U_PDU without an RCOP header",
    "U_PDU without ARQ",
  ]);
});

Deno.test("strangers are logged up to a number", () => {
  const rig = new RcopRig();
  rig.bind();
  for (let i = 0; i < 1_000; i++) {
    const connectionId = i % 16;
    rig.sis.gets({
      kind: "unidataIndication",
      priority: 0,
      destinationSap: 6,
      destination: FAR,
      mode: "arq",
      sourceSap: 6,
      source: { isGroup: false, bits: i },
      damaged: [],
      missing: [],
      uPdu: encodeSegment({ connectionId, uPduId: 0, segment: 0, applicationId: 0 }, new Uint8Array(0)),
    });
  }
  assert.equal(rig.warnings.length, 64);
});

type Came = readonly [uPduId: number, segment: number];

const ARRIVALS: readonly (readonly [what: string, came: readonly Came[], told: readonly string[]])[] = [
  ["in order", [[0, 0], [0, 1], [0, 2]], ["first 0", "next 0", "next 0"]],
  ["two U_PDUs", [[0, 0], [0, 1], [1, 0]], ["first 0", "next 0", "first 1"]],
  ["a gap", [[0, 0], [0, 2], [0, 3], [1, 0]], ["first 0", "reset", "first 1"]],
  ["no beginning", [[0, 1], [0, 2], [1, 0]], ["first 1"]],
  ["one twice", [[0, 0], [0, 1], [0, 1], [0, 2]], ["first 0", "next 0", "next 0"]],
  ["the first twice", [[0, 0], [0, 0], [0, 1]], ["first 0", "first 0", "next 0"]],
  ["a number that goes back", [[0, 0], [0, 1], [0, 2], [0, 1]], ["first 0", "next 0", "next 0", "reset"]],
  ["another U_PDU in the middle", [[0, 0], [1, 1], [0, 1]], ["first 0", "reset"]],
  ["a U_PDU broken off", [[0, 0], [0, 1], [1, 0], [1, 1]], ["first 0", "next 0", "first 1", "next 1"]],
];

for (const [what, came, told] of ARRIVALS) {
  Deno.test(`segments that come: ${what}`, () => {
    const rig = new RcopRig();
    rig.open("a");
    rig.bind();
    rig.happened();
    for (const [uPduId, segment] of came) rig.deliver(uPduId, segment, "");
    assert.deepEqual(rig.happened().map((one) => one.slice(2).trim()), told);
  });
}
