import assert from "node:assert/strict";
import { xml } from "../xml/mod.ts";
import { LIMITS, loggedIn, LOGIN, onStage, type Stage } from "./testing/stage.ts";

const LONG = xml("message", {}, xml("body", {}, "x".repeat(LIMITS.highWaterSizeBytes)));

onStage("text leaves after the turn's commit, also when its receiver is congested", async (stage) => {
  const order: string[] = [];
  const client = await loggedIn(stage);
  stage.services.onReceive = (session) => {
    stage.turn.commit(() => void order.push("commit"));
    session.send(LONG);
  };
  client.onText = (text) => void order.push(text.includes("<message") ? "wire" : "else");
  client.send("<message/>");
  await stage.clock.settle();
  assert.equal(order[0], "commit");
  assert.ok(order.includes("wire"));
});

onStage("once a commit has failed nothing is told to any client, not even goodbye", async (stage) => {
  const client = await loggedIn(stage);
  const [session] = stage.services.sessions;
  stage.services.onReceive = () => {
    stage.turn.commit(() => {
      throw new Error("disk full");
    });
    session?.send(xml("iq", { type: "result" }, "an acknowledgement"));
  };
  client.text = "";
  client.send("<message/>");
  await stage.clock.settle();
  assert.match(String(stage.failures), /disk full/);
  session?.whenSent(() => assert.fail("it was not sent"));
  await stage.stop();
  assert.equal(client.text, "");
  assert.ok(client.ended);
});

onStage("aborting drops every client without a word", async (stage) => {
  const client = await loggedIn(stage);
  client.text = "";
  await stage.service.abort();
  await stage.clock.settle();
  assert.equal(client.text, "");
  assert.ok(client.ended);
  assert.equal(stage.services.detached.length, 1);
  assert.equal(stage.metrics.value("halyard_client_ends_total", { reason: "internal" }), 1);
});

onStage("what follows in the chunk once a stanza has ended the stream gets no answer", async (stage) => {
  stage.services.onReceive = (session) => session.end({ condition: "invalid-from" }, "stream-error");
  const client = await loggedIn(stage);
  client.send(
    "<message/><iq type='set' id='s'><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq><message/>",
  );
  await stage.clock.settle();
  assert.match(client.text, /<invalid-from.*<\/stream:stream>$/);
});

onStage("the error for a stanza that was not handled comes from where it was sent to", async (stage) => {
  stage.services.onReceive = () => {
    throw new Error("a bug");
  };
  const client = await loggedIn(stage);
  client.text = "";
  client.send("<iq id='q' type='get' to='juliet@shore.example/balcony'><query xmlns='x'/></iq>");
  await stage.clock.settle();
  assert.match(client.text, /^<iq [^>]*id='q'/);
  assert.match(client.text, /from='juliet@shore.example\/balcony'/);
  client.text = "";
  client.send("<iq id='r' type='get' to='@'><query xmlns='x'/></iq>");
  await stage.clock.settle();
  assert.match(client.text, /from='romeo@ship.example'/, "an address that is none counts as none");
});

onStage("a bug when a session ends is logged; the session is gone all the same", async (stage) => {
  const client = await loggedIn(stage);
  stage.services.onDetach = () => {
    throw new Error("store busy");
  };
  client.close();
  await stage.clock.advance(LIMITS.closeMs);
  assert.equal(stage.service.connections, 0);
  assert.deepEqual(stage.logged[0], { level: "error", event: "client not detached", error: "store busy" });
  stage.services.onDetach = () => {};
});

onStage(
  "a bug of ours ends the stream with internal-server-error and is logged as an error",
  async (stage) => {
    stage.services.bind = () => {
      throw new Error("a bug");
    };
    const client = await stage.connect();
    client.send(LOGIN);
    await stage.clock.settle();
    assert.match(client.text, /<internal-server-error.*<\/stream:stream>$/);
    assert.equal(stage.logged[0]?.event, "client session failed");
    client.close();
    await stage.clock.settle();
    assert.equal(stage.metrics.value("halyard_client_ends_total", { reason: "internal" }), 1);
  },
);

onStage("a connection that breaks is no error of ours", async (stage) => {
  const client = await loggedIn(stage);
  client.transport.abort("lost");
  await stage.clock.advance(1_000);
  assert.equal(stage.metrics.value("halyard_client_ends_total", { reason: "lost" }), 1);
  assert.deepEqual(stage.logged, []);
});

onStage("a bug in what waits for the sending is logged and costs nobody anything", async (stage) => {
  await loggedIn(stage);
  const [session] = stage.services.sessions;
  session?.send(xml("message"));
  session?.whenSent(() => {
    throw new Error("store busy");
  });
  await stage.clock.settle();
  assert.deepEqual(stage.logged, [{ level: "error", event: "what was sent not noted", error: "store busy" }]);
  assert.equal(stage.service.connections, 1);
});

/** A client that reads slowly, and another that writes to it; counts the other's stanzas that were handled. */
async function slowAndQuick(stage: Stage) {
  const slow = stage.arrive();
  slow.send(LOGIN);
  await stage.clock.settle();
  const [receiver] = stage.services.sessions;
  assert.ok(receiver);
  const quick = await loggedIn(stage);
  stage.link.set({ rateBps: 1, delayMs: 0 });
  return { receiver, quick, handled: { stanzas: 0 } };
}

onStage("one who fills another is read on once that one has room, or after a while", async (stage) => {
  const { receiver, quick, handled } = await slowAndQuick(stage);
  stage.services.onReceive = () => {
    handled.stanzas++;
    receiver.send(LONG);
  };
  quick.send("<message/>");
  await stage.clock.settle();
  quick.send("<message/>");
  await stage.clock.advance(LIMITS.congestionMs - 1);
  assert.equal(handled.stanzas, 1);
  await stage.clock.advance(1);
  assert.equal(handled.stanzas, 2);
});

onStage("a client that was filled by others does not hold up the one who is read next", async (stage) => {
  const { receiver, quick, handled } = await slowAndQuick(stage);
  stage.services.onReceive = () => void handled.stanzas++;
  receiver.send(LONG);
  quick.send("<message/>");
  await stage.clock.settle();
  quick.send("<message/>");
  await stage.clock.settle();
  assert.equal(handled.stanzas, 2, "and no time has passed");
});

onStage("a client that was cut off holds up nobody", async (stage) => {
  const { receiver, quick, handled } = await slowAndQuick(stage);
  stage.services.onReceive = () => {
    handled.stanzas++;
    while (receiver.send(LONG));
  };
  quick.send("<message/>");
  await stage.clock.settle();
  quick.send("<message/>");
  await stage.clock.settle();
  assert.equal(handled.stanzas, 2, "and no time has passed");
});

onStage(
  "one who goes on sending behind the end is read no more, and cut off after a while",
  async (stage) => {
    const client = await loggedIn(stage);
    client.send("<presence></message>");
    for (let sentKiB = 0; sentKiB < 512; sentKiB += 16) client.send("x".repeat(16_384));
    await stage.clock.advance(LIMITS.closeMs - 100);
    assert.match(client.text, /<not-well-formed.*<\/stream:stream>$/);
    assert.equal(stage.service.connections, 1, "it has time to see why");
    await stage.clock.advance(100);
    assert.equal(stage.service.connections, 0);
  },
);
