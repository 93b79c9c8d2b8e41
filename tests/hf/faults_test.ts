import assert from "node:assert/strict";
import { BIND_REJECTED, UNBOUND, UNIDATA_REJECTED } from "../../src/stanag5066/mod.ts";
import type { SisServer } from "../../src/sim/mod.ts";
import { HfWorld } from "../bench/hf_world.ts";
import { Talk } from "./talk.ts";

const PROFILES = ["halyard", "xep-0361"] as const;
const MINUTE_MS = 60_000;

/** What a SIS server does to a whole server. */
interface Row {
  readonly name: string;
  readonly does: (sis: SisServer) => void;
  /** What is done some minutes later to end it. */
  readonly ends?: (sis: SisServer) => void;
  /** It loses what it has confirmed, which only profile `halyard` finds out. */
  readonly isLossy?: boolean;
}

const REASONS = Object.entries(UNIDATA_REJECTED);

const ROWS: readonly Row[] = [
  ...REASONS.map(([name, reason]) => ({
    name: `rejects five U_PDUs: ${name}`,
    does: (sis: SisServer) => sis.faults.reject(reason, 5),
  })),
  ...Object.entries(UNBOUND).map(([name, reason]) => ({
    name: `unbinds: ${name}`,
    does: (sis: SisServer) => sis.faults.unbind(reason),
  })),
  ...Object.entries(BIND_REJECTED).map(([name, reason]) => ({
    name: `closes, and rejects two binds: ${name}`,
    does: (sis: SisServer) => {
      sis.faults.rejectBind(reason, 2);
      sis.faults.close();
    },
  })),
  { name: "stops the flow for four minutes", does: (sis) => sis.faults.flowOff(4 * MINUTE_MS) },
  {
    name: "stops the flow, and drops what comes nevertheless",
    does: (sis) => sis.faults.flowOff(4 * MINUTE_MS, { drops: true }),
  },
  {
    name: "is silent for a while, and then says all",
    does: (sis) => sis.faults.silence(),
    ends: (sis) => sis.faults.speak(),
  },
  {
    name: "is silent, loses what it should have said, and closes",
    isLossy: true,
    does: (sis) => sis.faults.silence({ loses: true }),
    ends: (sis) => {
      sis.faults.speak();
      sis.faults.close();
    },
  },
  { name: "closes", does: (sis) => sis.faults.close() },
  { name: "confirms an hour late", does: (sis) => sis.faults.confirmLate(60 * MINUTE_MS, 5) },
  { name: "confirms twice", does: (sis) => sis.faults.confirmTwice(20) },
  { name: "does not confirm", does: (sis) => sis.faults.dropConfirms(3) },
  { name: "delivers twice", does: (sis) => sis.faults.deliverTwice(20) },
  { name: "says garbage", does: (sis) => sis.faults.garbage() },
  {
    name: "says half a primitive, and nothing more",
    does: (sis) => sis.faults.garbage(Uint8Array.of(0x90, 0xeb, 0x00, 0x00, 0x40, 0x15)),
    ends: (sis) => sis.faults.close(),
  },
  {
    name: "says something of an unknown type",
    does: (sis) => sis.faults.garbage(Uint8Array.of(0x90, 0xeb, 0x00, 0x00, 0x01, 0x7f)),
  },
  {
    name: "says that the node is off, and on again",
    does: (sis) => sis.setAvailability(0),
    ends: (sis) => sis.setAvailability(1),
  },
];

for (const profile of PROFILES) {
  for (const { name, does, ends, isLossy = false } of ROWS) {
    Deno.test(`${profile}: a SIS server that ${name} costs nothing but time`, async () => {
      // With confirmation by the node, what comes while a SAP is not bound is lost: profile xep-0361 needs the client's.
      const carrier = profile === "halyard" ? "" : "          confirmation: client";
      await using hf = await HfWorld.start({ profile, carrier });
      const talk = await Talk.begin(hf);
      for (let round = 0; round < 4; round++) {
        talk.say("ship", 3);
        talk.say("shore", 2);
        await hf.world.clock.advance(3_000);
        // In the middle of what is on its way, and on both sides.
        if (round === 1) does(hf.sis("ship"));
        if (round === 2) does(hf.sis("shore"));
        await hf.world.clock.advance(12_000);
      }
      await hf.world.clock.advance(5 * MINUTE_MS);
      for (const side of ["ship", "shore"] as const) ends?.(hf.sis(side));
      await hf.world.clock.advance(2 * MINUTE_MS);
      if (profile === "halyard") await talk.proveExactlyOnce();
      // What goes again goes behind what was under way: of a U_PDU that is rejected in the middle the order is lost.
      else if (!isLossy) await talk.proveOnce();
      for (const side of ["ship", "shore"] as const) {
        assert.deepEqual(hf.sis(side).saps, [6], "bound again");
        talk.say(side, 1, ", the last");
      }
      await hf.world.clock.advance(2 * MINUTE_MS);
      for (const side of ["ship", "shore"] as const) assert.match(talk.heard(side).at(-1) ?? "", /the last/);
    });
  }
}
