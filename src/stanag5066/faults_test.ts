import assert from "node:assert/strict";
import { BIND_REJECTED, UNBOUND } from "./codes.ts";
import { SisError } from "./sis_error.ts";
import { Rig, TTL_MS } from "./testing/rig.ts";

const TIMING = {
  connectMs: 100_000,
  bindMs: 100_000,
  answerGraceMs: 60_000,
  flowLossMs: 60_000,
  refusedMs: 30_000,
  retryFirstMs: 1_000,
};
/** Longer than it takes until a U_PDU without an answer counts as lost. */
const SILENCE_MS = TTL_MS + 60_001;
const HELLO = Uint8Array.of(99, 0, 0, 0, 0, 0);

/** How a client gets into each of its states. Its U_PDUs begin with 1 and 2 and have the handles 1 and 2. */
const STATES = {
  waiting: (rig) => {
    rig.client.start();
    rig.client.closed("refused");
  },
  connecting: (rig) => rig.client.start(),
  binding: (rig) => {
    rig.client.start();
    rig.client.opened();
  },
  idle: (rig) => rig.bind(),
  sending: (rig) => {
    rig.bind();
    rig.submit(1);
  },
  full: (rig) => {
    rig.bind();
    rig.submit(1);
    rig.submit(2);
  },
  "flow off": (rig) => {
    rig.bind();
    rig.submit(1);
    rig.gets({ kind: "dataFlowOff" });
  },
} as const satisfies Record<string, (rig: Rig) => void>;

/** What a server may do to its clients. What arrives late of a connection that is gone is among it. */
const FAULTS = {
  reject: (rig) => rig.reject(1, 3),
  "bind reject": (rig) => rig.gets({ kind: "bindRejected", reason: BIND_REJECTED.sapInUse }),
  unbind: (rig) => rig.gets({ kind: "unbindIndication", reason: UNBOUND.inactivity }),
  "flow off for minutes": async (rig) => {
    rig.gets({ kind: "dataFlowOff" });
    await rig.clock.advance(100_000);
    rig.gets({ kind: "dataFlowOn" });
    await rig.clock.advance(60_000);
  },
  silence: (rig) => rig.clock.advance(SILENCE_MS),
  close: (rig) => rig.client.closed("lost"),
  "late confirm": async (rig) => {
    await rig.clock.advance(SILENCE_MS);
    rig.confirm(1);
  },
  "double confirm": (rig) => {
    rig.confirm(1);
    rig.confirm(1);
  },
  "double delivery": (rig) => {
    rig.deliver(HELLO);
    rig.deliver(HELLO);
  },
  garbage: (rig) =>
    rig.reads({ kind: "broken", error: new SisError("preamble", "it does not begin with 90 EB") }),
} as const satisfies Record<string, (rig: Rig) => void | Promise<void>>;

type State = keyof typeof STATES;
type Fault = keyof typeof FAULTS;

/** What the client does and tells, in order. */
const EXPECTED: Record<Fault, Record<State, string>> = {
  reject: {
    waiting: "",
    connecting: "",
    binding: "",
    idle: "",
    sending: "1 rejected 3",
    full: "1 rejected 3",
    "flow off": "1 rejected 3",
  },
  "bind reject": {
    waiting: "",
    connecting: "",
    binding: "disconnect, unbound rejected",
    idle: "",
    sending: "",
    full: "",
    "flow off": "",
  },
  unbind: {
    waiting: "",
    connecting: "",
    binding: "disconnect, unbound unbound",
    idle: "disconnect, unbound unbound",
    sending: "disconnect, 1 lost, unbound unbound",
    full: "disconnect, 1 lost, 2 lost, unbound unbound",
    "flow off": "disconnect, 1 lost, unbound unbound",
  },
  "flow off for minutes": {
    waiting: "connect, disconnect, unbound unreachable, connect",
    connecting: "disconnect, unbound unreachable, connect",
    binding: "disconnect, unbound silent, connect",
    idle: "shut, open",
    sending: "shut, open, 1 lost",
    full: "shut, open, 1 lost, 2 lost",
    "flow off": "open, 1 lost",
  },
  silence: {
    waiting: "connect, disconnect, unbound unreachable, connect",
    connecting: "disconnect, unbound unreachable, connect",
    binding: "disconnect, unbound silent, connect",
    idle: "",
    sending: "1 lost",
    full: "1 lost, 2 lost",
    "flow off": "1 lost",
  },
  close: {
    waiting: "",
    connecting: "disconnect, unbound unreachable",
    binding: "disconnect, unbound closed",
    idle: "disconnect, unbound closed",
    sending: "disconnect, 1 lost, unbound closed",
    full: "disconnect, 1 lost, 2 lost, unbound closed",
    "flow off": "disconnect, 1 lost, unbound closed",
  },
  "late confirm": {
    waiting: "connect, disconnect, unbound unreachable, connect",
    connecting: "disconnect, unbound unreachable, connect",
    binding: "disconnect, unbound silent, connect",
    idle: "",
    sending: "1 lost",
    full: "1 lost, 2 lost",
    "flow off": "1 lost",
  },
  "double confirm": {
    waiting: "",
    connecting: "",
    binding: "",
    idle: "",
    sending: "1 confirmed",
    full: "1 confirmed",
    "flow off": "1 confirmed",
  },
  "double delivery": {
    waiting: "",
    connecting: "",
    binding: "",
    idle: "received 99, received 99",
    sending: "received 99, received 99",
    full: "received 99, received 99",
    "flow off": "received 99, received 99",
  },
  garbage: {
    waiting: "",
    connecting: "",
    binding: "disconnect, unbound garbage",
    idle: "disconnect, unbound garbage",
    sending: "disconnect, 1 lost, unbound garbage",
    full: "disconnect, 1 lost, 2 lost, unbound garbage",
    "flow off": "disconnect, 1 lost, unbound garbage",
  },
};

for (const [fault, inflict] of Object.entries(FAULTS)) {
  for (const [state, reach] of Object.entries(STATES)) {
    Deno.test(`${fault} while ${state}`, async () => {
      const rig = new Rig({ mostOutstanding: 2 }, TIMING);
      reach(rig);
      rig.happened();
      await inflict(rig);
      assert.equal(rig.happened().join(", "), EXPECTED[fault as Fault][state as State]);
      await recovers(rig);
    });
  }
}

/** Whatever happened: once the server behaves, a U_PDU gets through, and it has its one outcome. */
async function recovers(rig: Rig): Promise<void> {
  rig.gets({ kind: "dataFlowOn" });
  rig.accept();
  if (!rig.client.isBound) {
    await rig.clock.advance(TIMING.bindMs + TIMING.refusedMs);
    rig.accept();
  }
  await rig.clock.advance(SILENCE_MS);
  assert.equal(rig.client.outstanding, 0);
  rig.happened();
  const handle = rig.submit(50);
  rig.confirm(50);
  assert.deepEqual(rig.happened(), ["send 50", `${handle} confirmed`]);
}
