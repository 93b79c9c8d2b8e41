import assert from "node:assert/strict";
import { RawPeer } from "./testing/network.ts";
import { SHIP, SHORE, type Side, type SideChanges, World } from "./testing/world.ts";

const AT_SHORE = { host: SHORE.host, port: 5270 };
const GOOD = "<message from='a@ship.example' to='b@shore.example'><body>good</body></message>";

/** A shore that a foreign server has called. */
async function called(changes: SideChanges = {}): Promise<{ world: World; shore: Side; peer: RawPeer }> {
  const world = new World();
  const shore = world.shore(changes);
  await shore.links.start();
  const peer = new RawPeer(await world.call(SHIP.host, AT_SHORE));
  return { world, shore, peer };
}

function closed(shore: Side, reason: string): number {
  return shore.metrics.value("halyard_link_connections_closed_total", { peer: "ship", reason });
}

Deno.test("stanzas come through at every cut of their bytes", async () => {
  const { world, shore, peer } = await called();
  const text = GOOD.replace("good", "gr\u00fc\u00dfe") + " " + GOOD;
  for (const byte of new TextEncoder().encode(text)) peer.writeBytes(Uint8Array.of(byte));
  await world.clock.advance(10);
  assert.deepEqual(shore.bodies, ["gr\u00fc\u00dfe", "good"]);
  assert.equal(shore.status.lastHeardMs, world.clock.nowMs() - 10);
  await world.stop();
});

Deno.test("a stanza beyond the borders is dropped, counted and logged, and the stream goes on", async (t) => {
  const rows: readonly (readonly [xml: string, condition: string])[] = [
    ["<message to='b@shore.example'/>", "improper-addressing"],
    ["<message from='a@ship.example'/>", "improper-addressing"],
    ["<message from='@ship.example' to='b@shore.example'/>", "improper-addressing"],
    ["<message from='a@ship.example' to='b@@shore.example'/>", "improper-addressing"],
    ["<message from='a@other.example' to='b@shore.example'/>", "invalid-from"],
    ["<message from='a@sub.ship.example' to='b@shore.example'/>", "invalid-from"],
    ["<message from='a@shore.example' to='b@shore.example'/>", "invalid-from"],
    ["<message from='a@ship.example' to='b@other.example'/>", "improper-addressing"],
    ["<iq type='get' id='1' from='a@ship.example' to='b@ship.example'/>", "improper-addressing"],
  ];
  for (const [xml, condition] of rows) {
    await t.step(xml, async () => {
      const { world, shore, peer } = await called();
      peer.write(xml + GOOD);
      await world.clock.advance(10);
      assert.deepEqual(shore.bodies, ["good"]);
      assert.equal(shore.status.refused, 1);
      assert.deepEqual(shore.status.stanzas, { out: 0, in: 1 });
      assert.deepEqual(shore.log.lines.map(({ event, fields }) => [event, fields.condition]), [[
        "link stanza refused",
        condition,
      ]]);
      await world.stop();
    });
  }
});

Deno.test("more than twenty such stanzas within a minute end the stream", async () => {
  const { world, shore, peer } = await called();
  const forged = "<message from='a@other.example' to='b@shore.example'/>";
  peer.write(forged.repeat(20));
  await world.clock.advance(60_000);
  peer.write(forged.repeat(20));
  await world.clock.advance(10);
  assert.equal(peer.heard, "");
  peer.write(forged + GOOD);
  await world.clock.advance(10);
  assert.equal(
    peer.heard,
    "<stream:error><invalid-from xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>",
  );
  assert.ok(peer.hasEnded);
  assert.equal(shore.status.refused, 41);
  peer.close();
  await world.clock.advance(10);
  assert.equal(closed(shore, "stream-error"), 1);
  await world.stop();
});

Deno.test("what is no stream ends the connection with the error that names it", async (t) => {
  const rows: readonly (readonly [bytes: string, condition: string])[] = [
    ["<message></presence>", "not-well-formed"],
    ["<message", ""],
    ["<!-- hello -->", "restricted-xml"],
    ["<message>&nbsp;</message>", "restricted-xml"],
    ["text between stanzas", "invalid-xml"],
    ["<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", "unsupported-stanza-type"],
    [`<message>${"x".repeat(600_000)}</message>`, "policy-violation"],
    ["<message>" + "<a>".repeat(100), "policy-violation"],
  ];
  for (const [text, condition] of rows) {
    await t.step(text.slice(0, 40), async () => {
      const { world, shore, peer } = await called();
      peer.write(GOOD + text);
      await world.clock.advance(10);
      assert.deepEqual(shore.bodies, ["good"]);
      const found = /<stream:error><([a-z-]+) /.exec(peer.heard)?.[1] ?? "";
      assert.equal(found, condition);
      assert.equal(shore.status.state, condition === "" ? "up" : "down");
      await world.stop();
    });
  }
});

Deno.test("the end of a stream is answered, and its reason noted", async (t) => {
  const STREAM_END = "</stream:stream>";
  const rows:
    readonly (readonly [name: string, act: (peer: RawPeer) => void, answer: string, reason: string])[] = [
      [
        "in good order",
        (peer) => {
          peer.write(GOOD + STREAM_END);
          peer.close();
        },
        STREAM_END,
        "closed-by-peer",
      ],
      [
        "without the closing tag",
        (peer) => {
          peer.write(GOOD);
          peer.close();
        },
        STREAM_END,
        "lost",
      ],
      [
        "with an error",
        (peer) => {
          peer.write(
            `${GOOD}<stream:error><reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>`,
          );
          peer.close();
        },
        STREAM_END,
        "stream-error",
      ],
      [
        "by a break",
        (peer) => {
          peer.write(GOOD);
          peer.transport.abort("lost");
        },
        "",
        "lost",
      ],
    ];
  for (const [name, act, answer, reason] of rows) {
    await t.step(name, async () => {
      const { world, shore, peer } = await called();
      act(peer);
      await world.clock.advance(10);
      assert.equal(peer.heard, answer);
      assert.equal(closed(shore, reason), 1);
      assert.equal(shore.status.state, "down");
      assert.deepEqual(shore.bodies, ["good"]);
      await world.stop();
    });
  }
});

Deno.test("a stream that we ended is read until the peer has closed it, but not for ever", async () => {
  const { world, shore, peer } = await called();
  shore.links.setMode("ship", "down");
  await world.clock.advance(10);
  assert.equal(peer.heard, "</stream:stream>");
  peer.write(GOOD);
  await world.clock.advance(10);
  assert.deepEqual(shore.bodies, ["good"]);
  await world.clock.advance(30_000);
  assert.equal(await peer.transport.closed, "lost");
  assert.equal(closed(shore, "closed-by-us"), 1);
  await world.stop();
});

Deno.test("a mistake of our own ends the connection, not the server", async () => {
  const { world, shore, peer } = await called({
    onRouted: () => {
      throw new Error("a bug");
    },
  });
  peer.write(GOOD);
  await world.clock.advance(10);
  assert.match(peer.heard, /^<stream:error><internal-server-error /);
  assert.deepEqual(shore.log.lines.map(({ event, fields }) => [event, fields.error ?? fields.condition]), [
    ["link stanza failed", "a bug"],
    ["link stream failed", "internal-server-error"],
  ]);
  peer.close();
  await world.clock.advance(10);
  assert.equal(closed(shore, "internal"), 1);
  await world.stop();
});
