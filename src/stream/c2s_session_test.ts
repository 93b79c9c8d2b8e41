import assert from "node:assert/strict";
import { Jid } from "../stanza/mod.ts";
import { C2sStream } from "./c2s.ts";
import {
  BIND_FEATURES,
  c2sOptions,
  CLIENT_HEADER,
  PLAIN,
  PLAIN_FEATURES,
  plainOnly,
  SASL,
  serverHeader,
  streamError,
} from "./testing_fixtures.ts";
import { transcript } from "./testing_transcript.ts";

const BIND_NS = "urn:ietf:params:xml:ns:xmpp-bind";
const STANZAS = "urn:ietf:params:xml:ns:xmpp-stanzas";

/** How every transcript here begins: juliet has logged in. */
const LOGGED_IN = `
  C: ${CLIENT_HEADER}
  S: ${serverHeader("a")}
  S: ${PLAIN_FEATURES}
  C: ${PLAIN}
  S: <success xmlns='${SASL}'/>
  C: ${CLIENT_HEADER}
  S: ${serverHeader("b")}
  S: ${BIND_FEATURES}
`;

function bindRequest(id: string, resource: string): string {
  return `<iq type='set' id='${id}'><bind xmlns='${BIND_NS}'><resource>${resource}</resource></bind></iq>`;
}

function bindResult(id: string, resource: string): string {
  return `<iq type='result' id='${id}'><bind xmlns='${BIND_NS}'><jid>juliet@ship.example/${resource}</jid></bind></iq>`;
}

/** And then has bound a resource. */
const BOUND = `${LOGGED_IN}
  C: ${bindRequest("b1", "balcony")}
  -- bind juliet@ship.example balcony
  S: ${bindResult("b1", "balcony")}
`;

transcript(
  "a refused resource may be followed by a better one",
  `${LOGGED_IN}
  C: ${bindRequest("b1", "forbidden")}
  -- bind juliet@ship.example forbidden
  S: <iq type='error' id='b1'><error type='cancel'><not-allowed xmlns='${STANZAS}'/></error></iq>
  C: ${bindRequest("b2", "balcony")}
  -- bind juliet@ship.example balcony
  S: ${bindResult("b2", "balcony")}
  `,
  plainOnly,
);

transcript(
  "stanzas sent before the answer to the binding wait for it",
  `${LOGGED_IN}
  C: ${bindRequest("b1", "forbidden")}${
    bindRequest("b2", "balcony")
  }<presence/><message><body>1</body></message>
  -- bind juliet@ship.example forbidden
  S: <iq type='error' id='b1'><error type='cancel'><not-allowed xmlns='${STANZAS}'/></error></iq>
  -- bind juliet@ship.example balcony
  S: ${bindResult("b2", "balcony")}
  -- stanza <presence/>
  -- stanza <message><body>1</body></message>
  `,
  plainOnly,
);

transcript(
  "a stream closed behind the request to bind is bound, then closed",
  `${LOGGED_IN}
  C: ${bindRequest("b1", "balcony")}</stream:stream>
  -- bind juliet@ship.example balcony
  S: ${bindResult("b1", "balcony")}</stream:stream>
  -- close closed-by-peer
  `,
  plainOnly,
);

transcript(
  "a request to bind may be addressed to the server or the account, and an empty resource is none",
  `${LOGGED_IN}
  C: <iq type='set' id='b1' to='Ship.Example'><bind xmlns='${BIND_NS}'><resource/></bind></iq>
  -- bind juliet@ship.example
  S: ${bindResult("b1", "made-up")}
  `,
  plainOnly,
);

/** Requests between login and binding that are answered, and change nothing. */
const REQUESTS: readonly (readonly [what: string, request: string, id: string, error: string])[] = [
  [
    "to bind without id",
    `<iq type='set'><bind xmlns='${BIND_NS}'/></iq>`,
    "",
    `<error type='modify'><bad-request xmlns='${STANZAS}'/><text xmlns='${STANZAS}'>An IQ needs an id</text></error>`,
  ],
  ...([
    ["to read a binding", `<iq type='get' id='1'><bind xmlns='${BIND_NS}'/></iq>`],
    ["for the roster", "<iq type='get' id='1'><query xmlns='jabber:iq:roster'/></iq>"],
    [
      "to the account",
      "<iq type='get' id='1' to='juliet@ship.example'><query xmlns='jabber:iq:roster'/></iq>",
    ],
    ["for a session", "<iq type='set' id='1'><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>"],
    ["for nothing", "<iq type='get' id='1'/>"],
  ] as const).map(([what, request]) =>
    [
      what,
      request,
      " id='1'",
      `<error type='wait'><unexpected-request xmlns='${STANZAS}'/>` +
      `<text xmlns='${STANZAS}'>Bind a resource first</text></error>`,
    ] as const
  ),
];

for (const [what, request, id, error] of REQUESTS) {
  transcript(
    `before binding a request ${what} is refused`,
    `${LOGGED_IN}
    C: ${request}
    S: <iq type='error'${id}>${error}</iq>
    C: ${bindRequest("b1", "balcony")}
    -- bind juliet@ship.example balcony
    S: ${bindResult("b1", "balcony")}
    `,
    plainOnly,
  );
}

transcript(
  "a second binding is refused, and the stream goes on",
  `${BOUND}
  C: ${bindRequest("b2", "garden")}
  S: <iq type='error' id='b2'><error type='cancel'><not-allowed xmlns='${STANZAS}'/>
     <text xmlns='${STANZAS}'>A resource is bound already</text></error></iq>
  C: <presence/>
  -- stanza <presence/>
  `,
  plainOnly,
);

transcript(
  "a request to bind that is addressed to another goes its way",
  `${BOUND}
  C: <iq type='set' id='b2' to='romeo@shore.example'><bind xmlns='${BIND_NS}'/></iq>
  -- stanza <iq type='set' id='b2' to='romeo@shore.example'><bind xmlns='${BIND_NS}'/></iq>
  `,
  plainOnly,
);

transcript(
  "white space between stanzas keeps the connection alive and means nothing",
  `${BOUND}
  C: <presence/>  ${"\t"} <presence type='unavailable'/>
  -- stanza <presence/>
  -- stanza <presence type='unavailable'/>
  `,
  plainOnly,
);

transcript(
  "we close: what was on its way still counts, and the client's closing tag ends it",
  `${BOUND}
  => close shutdown
  S: </stream:stream>
  C: <message><body>late</body></message>
  -- stanza <message><body>late</body></message>
  # Nothing may follow our closing tag, no answer and no error.
  C: ${bindRequest("b2", "garden")}<pubsub/><presence/>
  -- stanza <presence/>
  => close internal
  C: </stream:stream>
  -- close shutdown
  `,
  plainOnly,
);

transcript(
  "we close before the client has bound: what it sends is not looked at",
  `${LOGGED_IN}
  => close shutdown
  S: </stream:stream>
  C: ${bindRequest("b1", "balcony")}<presence/>
  => timeout
  -- close shutdown
  `,
  plainOnly,
);

transcript(
  "we close, and bad XML comes: that is the end",
  `${BOUND}
  => close shutdown
  S: </stream:stream>
  C: <<
  -- close shutdown
  `,
  plainOnly,
);

transcript(
  "we close, and the connection ends",
  `${BOUND}
  => close shutdown
  S: </stream:stream>
  => end
  -- close shutdown
  => end
  => timeout
  => fail internal internal-server-error
  => close internal
  `,
  plainOnly,
);

transcript(
  "we close before there is a stream: there is nothing to close",
  `
  => close shutdown
  -- close shutdown
  C: ${CLIENT_HEADER}
  `,
);

transcript(
  "we end the stream with an error",
  `${BOUND}
  => fail replaced conflict
  S: ${streamError("conflict")}
  -- close replaced conflict
  C: <presence/>
  `,
  plainOnly,
);

transcript(
  "we end the stream with an error between login and the new header: the header is still owed",
  `
  C: ${CLIENT_HEADER}
  S: ${serverHeader("a")}
  S: ${PLAIN_FEATURES}
  C: ${PLAIN}
  S: <success xmlns='${SASL}'/>
  => fail shutdown system-shutdown
  S: ${serverHeader("b")}
  S: ${streamError("system-shutdown")}
  -- close shutdown system-shutdown
  `,
  plainOnly,
);

transcript(
  "the client ends the stream with an error",
  `${BOUND}
  C: <stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>x</see-other-host></stream:error>
  S: </stream:stream>
  -- close stream-error see-other-host
  C: </stream:stream>
  `,
  plainOnly,
);

transcript(
  "a client that takes too long is told so",
  `
  => timeout
  S: ${serverHeader("a")}
  S: ${streamError("connection-timeout")}
  -- close timeout connection-timeout
  `,
);

transcript(
  "the connection ends in the middle of a stream",
  `${BOUND}
  C: <message><body>half a
  => end
  S: </stream:stream>
  -- close lost
  `,
  plainOnly,
);

transcript(
  "the connection ends between two streams",
  `
  C: ${CLIENT_HEADER}
  S: ${serverHeader("a")}
  S: ${PLAIN_FEATURES}
  C: ${PLAIN}
  S: <success xmlns='${SASL}'/>
  => end
  -- close lost
  `,
  plainOnly,
);

transcript("the connection ends before there was a stream", "=> end\n-- close closed-by-peer");

Deno.test("while TLS is being negotiated nothing is read and nothing is written", () => {
  const stream = new C2sStream(c2sOptions({ security: "plain-with-starttls" }));
  const give = (text: string) => stream.step({ kind: "bytes", bytes: new TextEncoder().encode(text) });
  give(CLIENT_HEADER + "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
  assert.equal(stream.phase, "securing");
  assert.deepEqual(give(CLIENT_HEADER + PLAIN), []);
  assert.deepEqual(stream.closeWith({ condition: "system-shutdown" }, "shutdown"), [
    { kind: "close", reason: "shutdown", error: { condition: "system-shutdown" } },
  ]);
  assert.deepEqual(stream.step({ kind: "secured", serverEndPoint: undefined }), []);
  assert.equal(stream.phase, "closed");
});

Deno.test("an answer that comes after the end is not needed any more", () => {
  const stream = new C2sStream(plainOnly());
  const bytes = new TextEncoder().encode(
    CLIENT_HEADER + PLAIN + CLIENT_HEADER + bindRequest("b1", "x") + "<presence/>",
  );
  assert.equal(stream.step({ kind: "bytes", bytes }).at(-1)?.kind, "bind");
  stream.closeWith({ condition: "system-shutdown" }, "shutdown");
  assert.deepEqual(stream.step({ kind: "bound", jid: Jid.of("juliet@ship.example/x") }), []);
});

Deno.test("a mistake of the owner throws", () => {
  const stream = new C2sStream(plainOnly());
  const jid = Jid.of("juliet@ship.example/x");
  assert.throws(() => stream.step({ kind: "bound", jid }), {
    message: "Cannot answer a request to bind: the stream is opening",
  });
  assert.throws(() => stream.step({ kind: "secured", serverEndPoint: undefined }), {
    message: "Cannot be secured: the stream is opening",
  });
  const bytes = new TextEncoder().encode(CLIENT_HEADER + PLAIN + CLIENT_HEADER + bindRequest("b1", "x"));
  stream.step({ kind: "bytes", bytes });
  assert.throws(() => stream.step({ kind: "bytes", bytes }), {
    message: "Cannot take bytes: the request to bind was not answered",
  });
});
