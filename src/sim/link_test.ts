import assert from "node:assert/strict";
import type { Transport } from "../net/mod.ts";
import { SimLink, SimNetwork, VirtualClock } from "./mod.ts";

const NEAR = { host: "192.0.2.1", port: 1 };
const FAR = { host: "192.0.2.2", port: 5270 };

/** Reads all that comes into an array, without end. */
function collect(transport: Transport): Uint8Array[] {
  const got: Uint8Array[] = [];
  const reader = transport.readable.getReader();
  const pump = async (): Promise<void> => {
    const { value, done } = await reader.read();
    if (done) return;
    got.push(value);
    await pump();
  };
  pump().catch(() => {});
  return got;
}

function setUp(rateBps: number | undefined, delayMs: number) {
  const clock = new VirtualClock(0);
  const link = new SimLink(clock, { rateBps, delayMs });
  const [near, far] = link.connect(NEAR, FAR);
  return { clock, link, near, far, got: collect(far), writer: near.writable.getWriter() };
}

Deno.test("a link delivers after transmission time plus delay", async () => {
  const { clock, got, writer } = setUp(300, 500);
  void writer.write(new Uint8Array(75)); // 600 bits at 300 bit/s: two seconds on the air
  await clock.advance(2_499);
  assert.equal(got.length, 0);
  await clock.advance(1);
  assert.equal(got[0]?.length, 75);
});

Deno.test("a write is taken when its last bit has left", async () => {
  const { clock, writer } = setUp(300, 500);
  let taken = false;
  void writer.write(new Uint8Array(75)).then(() => taken = true);
  await clock.advance(1_999);
  assert.equal(taken, false);
  await clock.advance(1);
  assert.equal(taken, true);
});

Deno.test("two transports share the rate of their link", async () => {
  const { clock, link, got, writer } = setUp(800, 0);
  const [other, otherFar] = link.connect(NEAR, FAR);
  const otherGot = collect(otherFar);
  void writer.write(new Uint8Array(100));
  void other.writable.getWriter().write(new Uint8Array(100));
  await clock.advance(1_000);
  assert.deepEqual([got.length, otherGot.length], [1, 0]);
  await clock.advance(1_000);
  assert.deepEqual([got.length, otherGot.length], [1, 1]);
});

Deno.test("bytes are counted each way, and a change of direction once", async () => {
  const { clock, link, far, writer } = setUp(undefined, 10);
  const back = far.writable.getWriter();
  void writer.write(new Uint8Array(5));
  void writer.write(new Uint8Array(5));
  await clock.advance(100);
  void back.write(new Uint8Array(3));
  await clock.advance(100);
  void writer.write(new Uint8Array(1));
  await clock.advance(100);
  assert.deepEqual(link.count.sizeBytes, { forth: 11, back: 3 });
  assert.equal(link.count.turnarounds, 2);
});

Deno.test("a cut breaks what is open, loses what is under way, and refuses calls until it is mended", async () => {
  const { clock, link, near, far, got, writer } = setUp(undefined, 1_000);
  void writer.write(new Uint8Array(5));
  await clock.advance(500);
  link.cut();
  await clock.advance(10_000);
  assert.equal(await near.closed, "lost");
  assert.equal(await far.closed, "lost");
  assert.equal(got.length, 0);

  const network = new SimNetwork(clock, link);
  await network.from(FAR.host).listenLink(FAR, undefined, () => {});
  const call = () => network.from(NEAR.host).connectLink(FAR, undefined, 1_000);
  await assert.rejects(call(), { name: "ConnectError", reason: "unreachable" });
  link.mend();
  const called = call();
  await clock.advance(1);
  (await called).abort("closed-by-us");
});

Deno.test("closing one side leaves the other open until it closes too", async () => {
  const { clock, near, far, got, writer } = setUp(undefined, 10);
  const nearGot = collect(near);
  void writer.write(new Uint8Array(2));
  void writer.close();
  await clock.advance(100);
  assert.equal(got.length, 1);
  const back = far.writable.getWriter();
  void back.write(new Uint8Array(4));
  void back.close();
  await clock.advance(100);
  assert.equal(nearGot[0]?.length, 4);
  assert.equal(await near.closed, "closed-by-peer");
  assert.equal(await far.closed, "closed-by-us");
});

Deno.test("nobody answers where nobody listens, and an address is listened on once", async () => {
  const clock = new VirtualClock(0);
  const network = new SimNetwork(clock, new SimLink(clock, { rateBps: undefined, delayMs: 0 }));
  const machine = network.from(FAR.host);
  await assert.rejects(machine.connectLink(FAR, undefined, 1_000), { reason: "refused" });
  const listener = await machine.listenLink(FAR, undefined, () => {});
  await assert.rejects(machine.listenLink(FAR, undefined, () => {}), /address in use/);
  await listener.close();
  await (await machine.listenLink(FAR, undefined, () => {})).close();
});
