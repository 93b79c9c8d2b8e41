import assert from "node:assert/strict";
import { HfNet, World } from "../../src/sim/mod.ts";
import { HfWorld } from "../bench/hf_world.ts";
import { SimClient } from "../support/sim_client.ts";
import { Talk } from "./talk.ts";

const TCP = { rateBps: 9_600, delayMs: 300 } as const;
const MINUTE_MS = 60_000;

Deno.test("halyard: from TCP to HF when TCP is cut, and back when it returns; nothing is lost or repeated", async () => {
  await using hf = await HfWorld.start({ tcp: TCP });
  const talk = await Talk.begin(hf);
  talk.say("ship", 5);
  talk.say("shore", 5);
  await talk.settle();
  assert.equal(hf.status("ship").carrier, "tcp");
  const arrived = hf.sis("shore").node.counts.arrived;
  talk.say("ship", 40);
  await hf.world.clock.advance(500);
  hf.world.link.cut();
  for (let n = 0; n < 10; n++) {
    talk.say("ship");
    talk.say("shore");
    await hf.world.clock.advance(10_000);
  }
  await talk.settle(10 * MINUTE_MS);
  assert.equal(hf.status("ship").carrier, "stanag5066");
  assert(hf.sis("shore").node.counts.arrived > arrived);
  hf.world.link.mend();
  talk.say("ship", 3);
  await hf.world.clock.advance(3 * MINUTE_MS);
  assert.equal(hf.status("ship").carrier, "tcp", "back");
  const onHf = hf.sis("shore").node.counts.arrived;
  talk.say("ship", 20);
  talk.say("shore", 20);
  await talk.proveExactlyOnce();
  assert.equal(hf.sis("shore").node.counts.arrived, onHf, "HF is left alone");
});

Deno.test("halyard: carriers change again and again, with restarts; nothing is lost or repeated", async () => {
  await using hf = await HfWorld.start({ tcp: TCP, key: new Uint8Array(32).fill(9) });
  const talk = await Talk.begin(hf);
  for (let round = 0; round < 12; round++) {
    talk.say("ship", 4);
    talk.say("shore", 3);
    await hf.world.clock.advance(400 * (round + 1));
    if (round % 2 === 0) hf.world.link.cut();
    else hf.world.link.mend();
    if (round % 5 === 4) hf.net.channel.cut();
    if (round % 5 === 0) hf.net.channel.mend();
    await hf.world.clock.advance(35_000);
  }
  hf.net.channel.mend();
  await talk.proveExactlyOnce();
});

Deno.test("rules know the carrier: over HF a picture is taken out, over TCP it is not", async () => {
  const rules = "[{ name: text, match: { kind: message, carrier: stanag5066 }, keep: [body] }]";
  await using hf = await HfWorld.start({ tcp: TCP, rules });
  const talk = await Talk.begin(hf);
  const send = (body: string) =>
    talk.client("ship").send(
      `<message to='juliet@shore.example' type='chat'><body>${body}</body><x xmlns='urn:example:picture'/></message>`,
    );
  send("over TCP");
  await hf.world.clock.advance(MINUTE_MS);
  hf.world.link.cut();
  await hf.world.clock.advance(MINUTE_MS);
  send("over HF");
  await hf.world.clock.advance(2 * MINUTE_MS);
  const heard = talk.client("shore").inbox.filter(({ name }) => name === "message");
  assert.deepEqual(
    heard.map((one) => [one.getChildText("body"), one.getChild("x", "urn:example:picture") !== undefined]),
    [["over TCP", true], ["over HF", false]],
  );
});

Deno.test("halyard: a sealed link over HF shows nothing of what it says, and loses nothing", async () => {
  await using hf = await HfWorld.start({ key: new Uint8Array(32).fill(5) });
  const talk = await Talk.begin(hf);
  talk.say("ship", 30);
  talk.say("shore", 30);
  await hf.world.clock.advance(20_000);
  hf.sis("shore").faults.deliverTwice(50);
  hf.sis("ship").faults.close();
  talk.say("ship", 10);
  await talk.proveExactlyOnce();
  assert.equal(hf.status("ship").trouble, undefined);
});

/** A ship with two peers on nodes of their own; all share the ship's SAP, each with a connection id of its own. */
async function threeServers() {
  const world = new World({ link: { rateBps: undefined, delayMs: 0 }, seed: 3 });
  const net = new HfNet(world.clock, { addresses: ["1.2.3.4", "1.2.3.5", "1.2.3.6"] });
  const places = [
    {
      name: "ship",
      node: "1.2.3.4",
      host: "192.0.2.1",
      peers: [["shore", "1.2.3.5", 1], ["base", "1.2.3.6", 2]],
    },
    { name: "shore", node: "1.2.3.5", host: "192.0.2.2", peers: [["ship", "1.2.3.4", 1]] },
    { name: "base", node: "1.2.3.6", host: "192.0.2.3", peers: [["ship", "1.2.3.4", 2]] },
  ] as const;
  for (const { name, node, host, peers } of places) {
    await net.server(node).listen(world.network.from(host), { host, port: 5066 });
    await world.add(
      name,
      host,
      `
domain: ${name}.example
clients: { plaintext: { listen: "${host}:5221", insecure: true } }
peers:
${
        peers.map(([peer, address, connection]) => `
  ${peer}:
    domains: [${peer}.example]
    profile: ${peer === "base" || name === "base" ? "xep-0361" : "halyard"}
    rules: hf
    carriers:
      - stanag5066: { server: "${host}:5066", address: "${node}", peer_address: "${address}", connection: ${connection} }`)
          .join("\n")
      }
`,
    );
    world.addAccount(name, "sailor");
  }
  await world.clock.advance(1_000);
  const login = (index: 0 | 1 | 2) =>
    SimClient.login(
      world,
      { host: places[index].host, port: 5221, domain: `${places[index].name}.example` },
      "sailor",
      "x",
    );
  return { world, net, clients: [await login(0), await login(1), await login(2)] as const };
}

Deno.test("two peers in different profiles share one SAP and one bind; both are served, and neither hears the other", async () => {
  const { world, net, clients: [ship, shore, base] } = await threeServers();
  for (const client of [ship, shore, base]) client.send("<presence/>");
  await world.clock.advance(120_000);
  for (let n = 0; n < 10; n++) {
    for (const name of ["shore", "base"]) {
      ship.send(`<message to='sailor@${name}.example' id='${name}${n}'><body>${name} ${n}</body></message>`);
    }
    shore.send(`<message to='sailor@ship.example' id='s${n}'><body>shore says ${n}</body></message>`);
    base.send(`<message to='sailor@ship.example' id='b${n}'><body>base says ${n}</body></message>`);
    await world.clock.advance(5_000);
  }
  await world.clock.advance(600_000);
  const bodies = (client: SimClient) =>
    client.inbox.filter(({ name }) => name === "message").map((one) => one.getChildText("body"));
  const ten = (what: string) => Array.from({ length: 10 }, (_, n) => `${what} ${n}`);
  assert.deepEqual(bodies(shore), ten("shore"));
  assert.deepEqual(bodies(base), ten("base"));
  assert.deepEqual(bodies(ship).filter((body) => body?.startsWith("shore")), ten("shore says"));
  assert.deepEqual(bodies(ship).filter((body) => body?.startsWith("base")), ten("base says"));
  assert.equal(net.server("1.2.3.4").connections, 1);
  await world[Symbol.asyncDispose]();
  await net.stop();
});
