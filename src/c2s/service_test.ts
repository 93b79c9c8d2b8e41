import assert from "node:assert/strict";
import { xml } from "../xml/mod.ts";
import { AT, LIMITS, loggedIn, LOGIN, onStage, OPEN, Stage } from "./testing/stage.ts";

onStage(
  "a client that logs in and binds is attached; what it sends is received; its end detaches it",
  async (stage) => {
    const got: string[] = [];
    stage.services.onReceive = (_session, element) => got.push(element.name);
    const client = await loggedIn(stage);
    assert.equal(stage.services.sessions[0]?.jid.toString(), "romeo@ship.example/deck");
    client.send("<presence/><message/>");
    await stage.clock.settle();
    assert.deepEqual(got, ["presence", "message"]);
    client.send("</stream:stream>");
    await stage.clock.settle();
    assert.match(client.text, /<\/stream:stream>$/);
    assert.equal(stage.services.detached.length, 1);
    client.close();
  },
);

onStage(
  "a stanza behind the request to bind, in the same chunk, finds its session attached",
  async (stage) => {
    let attached = -1;
    stage.services.onReceive = () => attached = stage.services.sessions.length;
    const client = await stage.connect();
    client.send(LOGIN + "<presence/>");
    await stage.clock.settle();
    assert.equal(attached, 1);
  },
);

onStage("a client that does not log in in time is told so and sent away", async (stage) => {
  const client = await stage.connect();
  client.send(OPEN);
  await stage.clock.advance(LIMITS.negotiationMs);
  assert.match(client.text, /<connection-timeout/);
  await stage.clock.advance(LIMITS.closeMs);
  assert.ok(client.ended);
  assert.equal(stage.service.connections, 0);
});

onStage("connections are bounded for each address and for all together", async (stage) => {
  const first = [await stage.connect("a"), await stage.connect("a")];
  assert.ok((await stage.connect("a")).ended, "a third one from one address");
  const other = await stage.connect("b");
  assert.equal(other.ended, false);
  assert.ok((await stage.connect("c")).ended, "a fourth one in all");
  first[0]?.transport.abort("lost");
  await stage.clock.advance(1_000);
  assert.equal((await stage.connect("c")).ended, false, "a place that was left is free again");
  assert.equal(stage.metrics.value("halyard_clients_refused_total"), 2);
});

onStage(
  "a bug in handling one stanza is answered with an error and costs nobody the session",
  async (stage) => {
    stage.services.onReceive = () => {
      throw new Error("a bug");
    };
    const client = await loggedIn(stage);
    client.send("<message id='m1'/>");
    await stage.clock.settle();
    assert.match(client.text, /<message type='error' id='m1'.*<internal-server-error/);
    assert.equal(stage.services.detached.length, 0);
  },
);

onStage(
  "a client that does not read is cut off at the bound, and sending to it says no from then on",
  async (stage) => {
    await loggedIn(stage);
    const [session] = stage.services.sessions;
    assert.ok(session);
    stage.link.set({ rateBps: 1, delayMs: 0 });
    const message = xml("message", {}, xml("body", {}, "x".repeat(1_000)));
    let taken = 0;
    while (taken < 1_000 && session.send(message)) taken++;
    assert.ok(taken * 1_000 <= LIMITS.unsentSizeBytes + 1_100, `${taken} messages were taken`);
    assert.equal(session.send(message), false);
    await stage.clock.advance(60_000);
    assert.equal(stage.services.detached.length, 1);
  },
);

onStage("what was sent is known to be sent once the network has taken it", async (stage) => {
  const client = await loggedIn(stage);
  const [session] = stage.services.sessions;
  let sent = false;
  session?.send(xml("message", { id: "offline" }));
  session?.whenSent(() => sent = true);
  assert.equal(sent, false);
  await stage.clock.advance(1);
  assert.ok(sent);
  assert.match(client.text, /offline/);
});

Deno.test("stopping tells every client why and waits for no one for long", async () => {
  const stage = new Stage();
  await stage.serve();
  const client = await loggedIn(stage);
  await stage.stop();
  assert.match(client.text, /<system-shutdown/);
  assert.ok(client.ended);
  await assert.rejects(stage.network.connectClient("x", AT), { reason: "refused" });
});

Deno.test("a client that connects before all is ready is served once it is", async () => {
  const stage = new Stage();
  await stage.service.open();
  const client = await stage.connect();
  client.send(LOGIN);
  await stage.clock.advance(1_000);
  assert.equal(client.text, "");
  assert.equal(stage.service.connections, 0);
  stage.service.serve();
  await stage.clock.settle();
  assert.match(client.text, /<jid>romeo@ship.example/);
  await stage.stop();
});

Deno.test("before all is ready no more clients are held than may be served", async () => {
  const stage = new Stage();
  await stage.service.open();
  for (let n = 0; n < LIMITS.connections; n++) assert.equal((await stage.connect(`${n}`)).ended, false);
  assert.ok((await stage.connect("one more")).ended);
  await stage.stop();
});

Deno.test("a client whose handshake ends after the server has stopped is not served", async () => {
  const stage = new Stage();
  await stage.serve();
  await stage.stop();
  const late = stage.arrive();
  await stage.clock.settle();
  assert.ok(late.ended);
  assert.equal(stage.service.connections, 0);
});

onStage(
  "the log tells of refused clients once in ten seconds, and then how many there were",
  async (stage) => {
    const knock = async (times: number) => {
      for (let n = 0; n < times; n++) await stage.connect("a");
    };
    const told = () => stage.logged.map(({ event, refused }) => [event, refused]);
    await knock(2 + 5);
    assert.deepEqual(told(), [["client refused: too many connections", 1]]);
    await stage.clock.advance(10_000);
    await knock(1);
    assert.deepEqual(told().slice(1), [["client refused: too many connections", 5]]);
    assert.equal(stage.metrics.value("halyard_clients_refused_total"), 6);
  },
);
