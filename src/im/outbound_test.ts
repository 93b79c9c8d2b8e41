import assert from "node:assert/strict";
import { error, inWorld } from "./testing/world.ts";

const ROMEO = "romeo@ship.example";
const JULIET = "juliet@shore.example";

for (const from of ["", ` from='${ROMEO}'`, ` from='${ROMEO}/deck'`, " from='ROMEO@Ship.Example/deck'"]) {
  inWorld(`RFC 6120 8.1.2.1 a stanza with${from || " no from"} is stamped with the full JID`, (world) => {
    const romeo = world.login("romeo", "deck");
    romeo.says(`<message id='m1'${from} to='${JULIET}'><body>hi</body></message>`);
    assert.deepEqual(world.sent(), [
      `<message id='m1' from='${ROMEO}/deck' to='${JULIET}'><body>hi</body></message>`,
    ]);
    assert.equal(romeo.ended, undefined);
  });
}

for (const from of [`${ROMEO}/cabin`, "benvolio@ship.example", "ship.example", "a@b@c", ""]) {
  inWorld(
    `RFC 6120 8.1.2.1 a stanza from '${from}' ends the stream: it is not the client's own address`,
    (world) => {
      const romeo = world.login("romeo", "deck");
      romeo.says(`<message from='${from}' to='${JULIET}'><body>hi</body></message>`);
      assert.equal(romeo.ended?.condition, "invalid-from");
      assert.deepEqual(world.sent(), []);
    },
  );
}

inWorld("RFC 6120 10.3.1 a message without to goes to the sender's own account", (world) => {
  const romeo = world.login("romeo", "deck");
  romeo.says("<message id='m1'><body>note to self</body></message>");
  assert.deepEqual(romeo.hears(), [
    `<message id='m1' from='${ROMEO}/deck' to='${ROMEO}'><body>note to self</body></message>`,
  ]);
});

inWorld("RFC 6120 10.3.3 an iq without to is for the sender's own account", (world) => {
  const romeo = world.login("romeo", "deck");
  romeo.says("<iq type='get' id='i1'><ping xmlns='urn:xmpp:ping'/></iq>");
  assert.deepEqual(romeo.hears(), [
    `<iq type='error' id='i1' from='${ROMEO}' to='${ROMEO}/deck'>${
      error("cancel", "service-unavailable")
    }</iq>`,
  ]);
});

for (const kind of ["message", "presence", "iq"]) {
  const type = kind === "iq" ? " type='get'" : "";
  inWorld(`RFC 6120 8.1.1.1 a ${kind} to an address that is none comes back as jid-malformed`, (world) => {
    const romeo = world.login("romeo", "deck");
    romeo.says(`<${kind}${type} id='x1' to='@nowhere'><a xmlns='b'/></${kind}>`);
    const [reply = "", ...rest] = romeo.hears();
    assert.match(
      reply,
      new RegExp(
        `^<${kind} type='error' id='x1' from='${ROMEO}' to='${ROMEO}/deck'><error type='modify'><jid-malformed `,
      ),
    );
    assert.deepEqual(rest, []);
    romeo.says(`<${kind} type='error' id='x1' to='@nowhere'/>`);
    assert.deepEqual(romeo.hears(), [], "errors are not answered");
  });
}

const ODD_IQ: readonly (readonly [string, string])[] = [
  ["without id", "<iq type='get'><a xmlns='b'/></iq>"],
  ["without type", "<iq id='i1'><a xmlns='b'/></iq>"],
  ["of unknown type", "<iq id='i1' type='ask'><a xmlns='b'/></iq>"],
  ["without payload", "<iq id='i1' type='get'/>"],
  ["with two payloads", "<iq id='i1' type='set'><a xmlns='b'/><a xmlns='b'/></iq>"],
];

for (const [what, xml] of ODD_IQ) {
  inWorld(`RFC 6120 8.2.3 an iq ${what} is a bad request, and does not travel`, (world) => {
    const romeo = world.login("romeo", "deck");
    romeo.says(xml.replace("<iq", `<iq to='${JULIET}'`));
    assert.match(romeo.hears().join(), /^<iq type='error' .*<error type='modify'><bad-request /);
    assert.deepEqual(world.sent(), []);
    assert.equal(romeo.ended, undefined);
  });
}

inWorld("XEP-0203 a delay in our own name is removed, that of another is not", (world) => {
  const romeo = world.login("romeo", "deck");
  const delay = (from: string) =>
    `<delay xmlns='urn:xmpp:delay' from='${from}' stamp='2026-01-01T00:00:00Z'/>`;
  const fallback = "<delay xmlns='other' from='ship.example'/>";
  romeo.says(
    `<message to='${JULIET}'><body>hi</body>${delay("ship.example")}${
      delay("else.example")
    }${fallback}</message>`,
  );
  assert.deepEqual(world.sent(), [
    `<message from='${ROMEO}/deck' to='${JULIET}'><body>hi</body>${
      delay("else.example")
    }${fallback}</message>`,
  ]);
});

inWorld("stanzas of one sender arrive in the order in which they were sent", (world) => {
  const romeo = world.login("romeo", "deck");
  const benvolio = world.login("benvolio", "bridge");
  for (let i = 0; i < 20; i++) {
    romeo.says(
      i % 2 === 0
        ? `<message id='${i}' to='benvolio@ship.example/bridge'/>`
        : `<presence id='${i}' to='benvolio@ship.example/bridge'/>`,
    );
  }
  const ids = benvolio.hears().map((line) => Number(line.match(/id='(\d+)'/)?.[1]));
  assert.deepEqual(ids, Array.from({ length: 20 }, (_, i) => i));
});
