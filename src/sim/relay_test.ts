import assert from "node:assert/strict";
import type { Endpoint, Transport } from "../net/mod.ts";
import { VirtualClock } from "./clock.ts";
import { SimLink } from "./link.ts";
import { SimNetwork } from "./network.ts";
import { Relay } from "./relay.ts";

const SHIP_SIDE = { host: "relay", port: 1 };
const SHORE_SIDE = { host: "relay", port: 2 };
const SHIP = { host: "ship", port: 5270 };
const SHORE = { host: "shore", port: 5270 };

/** What one end of a connection has received, and how it ended. */
class Ear {
  text = "";
  ended = false;
  closed: string | undefined;

  constructor(transport: Transport) {
    void this.#listen(transport).catch(() => {});
    void transport.closed.then((reason) => this.closed = reason);
  }

  async #listen(transport: Transport): Promise<void> {
    for await (const bytes of transport.readable) this.text += new TextDecoder().decode(bytes);
    this.ended = true;
  }
}

/** A ship and a shore on a network that takes no time, and between them a relay with a link of its own. */
async function makeWorld(rateBps: number, delayMs: number) {
  const clock = new VirtualClock();
  const network = new SimNetwork(clock, new SimLink(clock, { rateBps: undefined, delayMs: 0 })).from("host");
  const link = new SimLink(clock, { rateBps, delayMs });
  const relay = new Relay(network, link);
  await relay.open({ listen: SHIP_SIDE, connect: SHORE });
  await relay.open({ listen: SHORE_SIDE, connect: SHIP, callerSends: "back" });
  const accepted: Transport[] = [];
  for (const at of [SHIP, SHORE]) {
    await network.listenLink(at, undefined, (transport) => void accepted.push(transport));
  }
  const dial = async (at: Endpoint): Promise<Transport> => {
    const [transport] = await Promise.all([network.connectLink(at, undefined, 1_000), clock.advance(0)]);
    return transport;
  };
  /** Calls through the relay and returns both ends. */
  const call = async (at: Endpoint): Promise<[Transport, Transport]> => {
    const near = await dial(at);
    const far = accepted.pop();
    assert(far !== undefined);
    return [near, far];
  };
  return { clock, link, relay, dial, call };
}

/** Starts to send; done when the link has taken it, which takes the link's time. */
function send(transport: Transport, text: string): void {
  const writer = transport.writable.getWriter();
  void writer.write(new TextEncoder().encode(text)).catch(() => {});
  writer.releaseLock();
}

Deno.test("Relay delivers after the time on the air plus the delay", async () => {
  const { clock, call } = await makeWorld(8_000, 200);
  const [near, far] = await call(SHIP_SIDE);
  const heard = new Ear(far);
  send(near, "x".repeat(100)); // 100 ms at 8,000 bit/s
  await clock.advance(299);
  assert.equal(heard.text, "");
  await clock.advance(1);
  assert.equal(heard.text, "x".repeat(100));
});

Deno.test("Relay lets a long write flow out at the rate of the link", async () => {
  const { clock, call } = await makeWorld(8_192, 0);
  const [near, far] = await call(SHIP_SIDE);
  const heard = new Ear(far);
  send(near, "x".repeat(4_096));
  await clock.advance(2_000);
  assert.equal(heard.text.length, 2_048);
  await clock.advance(2_000);
  assert.equal(heard.text.length, 4_096);
});

Deno.test("Relay counts bytes by direction of the link, whichever side called", async () => {
  const { clock, link, call } = await makeWorld(8_000, 10);
  const [shipEnd, shoreEnd] = await call(SHIP_SIDE);
  const [shoreCaller] = await call(SHORE_SIDE);
  send(shipEnd, "from ship");
  await clock.advance(1_000);
  send(shoreCaller, "from shore");
  await clock.advance(1_000);
  send(shoreEnd, "more");
  await clock.advance(1_000);
  assert.deepEqual(link.count.sizeBytes, { forth: 9, back: 14 });
  assert.equal(link.count.turnarounds, 1);
});

Deno.test("Relay passes on that a side has finished, and leaves the other direction open", async () => {
  const { clock, relay, call } = await makeWorld(8_000, 10);
  const [near, far] = await call(SHIP_SIDE);
  const atNear = new Ear(near);
  const atFar = new Ear(far);
  void near.writable.close();
  await clock.advance(100);
  assert.equal(atFar.ended, true);
  send(far, "still here");
  await clock.advance(100);
  assert.equal(atNear.text, "still here");
  void far.writable.close();
  await clock.advance(100);
  assert.equal(atNear.closed, "closed-by-peer");
  assert.equal(relay.connections, 0);
});

Deno.test("Relay breaks its connections when the link is cut, and carries new ones when it is mended", async () => {
  const { clock, relay, dial, call } = await makeWorld(8_000, 10);
  const [near, far] = await call(SHIP_SIDE);
  const ears = [new Ear(near), new Ear(far)];
  send(near, "lost on the way");
  await clock.advance(20);
  void relay.cut();
  await clock.advance(100);
  assert.deepEqual(ears.map((ear) => [ear.text, ear.closed]), [["", "lost"], ["", "lost"]]);
  assert.equal(relay.connections, 0);
  await assert.rejects(dial(SHIP_SIDE), /nobody listens there/);
  void relay.mend();
  await clock.settle();
  const [again, heard] = await call(SHIP_SIDE);
  const ear = new Ear(heard);
  send(again, "back again");
  await clock.advance(100);
  assert.equal(ear.text, "back again");
});

Deno.test("Relay turns callers away while the link is cut or the far server is down", async () => {
  const { clock, link, relay, dial } = await makeWorld(8_000, 10);
  await relay.open({ listen: { host: "relay", port: 3 }, connect: { host: "nobody", port: 1 } });
  const toNobody = await dial({ host: "relay", port: 3 });
  link.cut();
  const toShore = await dial(SHIP_SIDE);
  const ears = [new Ear(toNobody), new Ear(toShore)];
  await clock.advance(100);
  assert.deepEqual(ears.map((ear) => ear.closed), ["lost", "lost"]);
  assert.equal(relay.connections, 0);
});

Deno.test("Relay can refuse calls while what is open stays open", async () => {
  const { clock, relay, dial, call } = await makeWorld(8_000, 10);
  const [near, far] = await call(SHIP_SIDE);
  const heard = new Ear(far);
  await relay.refuse();
  await assert.rejects(dial(SHIP_SIDE), /nobody listens there/);
  send(near, "still here");
  await clock.advance(100);
  assert.equal(heard.text, "still here");
  await relay.accept();
  await call(SHIP_SIDE);
});

Deno.test("Relay ends everything when it is closed", async () => {
  const { clock, relay, dial, call } = await makeWorld(8_000, 10);
  const [near, far] = await call(SHIP_SIDE);
  const ears = [new Ear(near), new Ear(far)];
  void relay.close();
  await clock.advance(100);
  assert.deepEqual(ears.map((ear) => ear.closed), ["lost", "lost"]);
  await assert.rejects(dial(SHIP_SIDE), /nobody listens there/);
});
