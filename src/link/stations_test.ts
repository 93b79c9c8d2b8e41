import assert from "node:assert/strict";
import { nullLog, seededRandom } from "../base/mod.ts";
import { HfNet, SimLink, SimNetwork, VirtualClock } from "../sim/mod.ts";
import { type BlockRoadEvents, parseNodeAddress } from "../stanag5066/mod.ts";
import type { StanagCarrierConfig } from "./peer_config.ts";
import { Stations } from "./stations.ts";

const AT = { host: "192.0.2.1", port: 5_066 } as const;
const NODE = "1.2.3.4";

function address(text: string): StanagCarrierConfig["address"] {
  return parseNodeAddress(text) ?? assert.fail(text);
}

const CARRIER: StanagCarrierConfig = {
  kind: "stanag5066",
  server: AT,
  address: address(NODE),
  peerAddress: address("1.2.3.5"),
  sap: 6,
  peerSap: 6,
  connection: 0,
  applicationId: 0x8000,
  rank: 0,
  confirmation: "node",
  rateBps: 1_200,
  turnaroundMs: 2_000,
  transmissionMs: 127_000,
};

const EVENTS: BlockRoadEvents = {
  opened: () => {},
  closed: () => {},
  room: () => {},
  outcome: () => {},
  received: () => {},
  reset: () => {},
};

async function begin() {
  const clock = new VirtualClock();
  const network = new SimNetwork(clock, new SimLink(clock, { rateBps: undefined, delayMs: 0 }));
  const net = new HfNet(clock);
  const sis = net.server(NODE);
  await sis.listen(network.from(AT.host), AT);
  const stations = new Stations({
    network: network.from(AT.host),
    clock,
    random: seededRandom(1),
    log: nullLog,
  });
  const open = (changes: Partial<StanagCarrierConfig> = {}) =>
    stations.open({ ...CARRIER, ...changes }, "whole", EVENTS);
  return { clock, net, sis, stations, open };
}

Deno.test("carriers that agree share one bind, which begins with the first road and ends with the last", async () => {
  const { clock, net, sis, stations, open } = await begin();
  assert.equal(sis.connections, 0);
  const first = open();
  const second = open({ connection: 1 });
  const third = open({ peerAddress: address("1.2.3.6") });
  await clock.advance(1_000);
  assert.deepEqual([sis.connections, sis.saps], [1, [6]]);
  assert(first.isOpen && second.isOpen && third.isOpen);
  first.close();
  third.close();
  third.close();
  await clock.advance(10_000);
  assert.deepEqual([sis.connections, second.isOpen], [1, true]);
  second.close();
  await clock.advance(10_000);
  assert.deepEqual([sis.connections, sis.saps], [0, []]);
  const again = open();
  await clock.advance(1_000);
  assert.deepEqual([sis.saps, again.isOpen], [[6], true]);
  stations.stop();
  await clock.advance(10_000);
  assert.equal(sis.connections, 0);
  await net.stop();
});

Deno.test("another SAP is another bind", async () => {
  const { clock, net, sis, stations, open } = await begin();
  open();
  open({ sap: 2 });
  await clock.advance(1_000);
  assert.deepEqual(sis.saps, [2, 6]);
  stations.stop();
  await clock.advance(10_000);
  await net.stop();
});

const OTHERWISE: readonly Partial<StanagCarrierConfig>[] = [
  { rank: 3, connection: 1 },
  { confirmation: "client", connection: 1 },
  { applicationId: 0x8001, connection: 1 },
];

for (const changes of OTHERWISE) {
  Deno.test(`a SAP cannot be bound in two ways: ${Object.keys(changes)[0]}`, async () => {
    const { clock, net, stations, open } = await begin();
    open();
    assert.throws(() => open(changes), /Cannot bind SAP 6 at 192\.0\.2\.1:5066: two carriers want it/);
    stations.stop();
    await clock.advance(10_000);
    await net.stop();
  });
}

Deno.test("two roads to the same place are refused", async () => {
  const { clock, net, stations, open } = await begin();
  open();
  assert.throws(() => open(), /Cannot open a road: there is one/);
  stations.stop();
  await clock.advance(10_000);
  await net.stop();
});

Deno.test("trouble says why a SAP is not bound, while it is not", async () => {
  const { clock, net, sis, stations, open } = await begin();
  await sis.stop();
  open();
  await clock.advance(500);
  assert.match(stations.troubleOf(CARRIER) ?? "", /nobody listens/);
  await sis.start();
  await clock.advance(60_000);
  assert.equal(stations.troubleOf(CARRIER), undefined);
  stations.stop();
  await clock.advance(10_000);
  await net.stop();
});
