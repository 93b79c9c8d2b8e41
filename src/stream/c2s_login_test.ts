import assert from "node:assert/strict";
import { seededRandom } from "../base/mod.ts";
import { xml } from "../xml/mod.ts";
import { C2sStream } from "./c2s.ts";
import {
  b64,
  BIND_FEATURES,
  c2sOptions,
  CLIENT_HEADER,
  END_POINT,
  mechanisms,
  PLAIN,
  SASL,
  scram,
  serverHeader,
  streamError,
} from "./testing_fixtures.ts";
import { transcript } from "./testing_transcript.ts";

const TLS = "urn:ietf:params:xml:ns:xmpp-tls";

const STARTTLS_FEATURES =
  `<stream:features><starttls xmlns='${TLS}'><required/></starttls></stream:features>`;
const PLUS_FEATURES = "<stream:features>" +
  mechanisms("SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN") +
  "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding type='tls-server-end-point'/>" +
  "</sasl-channel-binding></stream:features>";
const FEATURES = `<stream:features>${mechanisms("SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN")}</stream:features>`;
const WRONG = `<auth xmlns='${SASL}' mechanism='PLAIN'>${b64("\0juliet\0tybalt")}</auth>`;

const starttls = () => c2sOptions({ security: "plain-with-starttls" });
const loopback = () => c2sOptions({ security: "plain-loopback" });
const bindable = () => c2sOptions({ serverEndPoint: END_POINT });

const plus = scram("sha256", "c", { gs2Header: "p=tls-server-end-point,,", channelBinding: END_POINT });

transcript(
  "a client secures the stream, logs in with channel binding, binds a resource, chats, and closes",
  `
  C: ${CLIENT_HEADER}
  S: ${serverHeader("a")}
  S: ${STARTTLS_FEATURES}
  C: <starttls xmlns='${TLS}'/>
  S: <proceed xmlns='${TLS}'/>
  -- startTls
  C: ${CLIENT_HEADER}
  S: ${serverHeader("b")}
  S: ${PLUS_FEATURES}
  C: <auth xmlns='${SASL}' mechanism='SCRAM-SHA-256-PLUS'>${plus.first}</auth>
  S: <challenge xmlns='${SASL}'>${plus.challenge}</challenge>
  C: <response xmlns='${SASL}'>${plus.final}</response>
  S: <success xmlns='${SASL}'>${plus.success}</success>
  C: ${CLIENT_HEADER}
  S: ${serverHeader("d")}
  S: ${BIND_FEATURES}
  C: <iq type='set' id='b1'>
       <bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>balcony</resource></bind>
     </iq>
  -- bind juliet@ship.example balcony
  S: <iq type='result' id='b1'>
       <bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>juliet@ship.example/balcony</jid></bind>
     </iq>
  C: <iq type='set' id='s1'><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>
  S: <iq type='result' id='s1'/>
  C: <presence/>
  -- stanza <presence/>
  C: <message to='romeo@shore.example'><body>Wherefore art thou?</body></message>
  -- stanza <message to='romeo@shore.example'><body>Wherefore art thou?</body></message>
  C: </stream:stream>
  S: </stream:stream>
  -- close closed-by-peer
  `,
  starttls,
);

const sha1 = scram("sha1", "b");

transcript(
  "on the loopback a client logs in without TLS, and without resource it gets one",
  `
  C: ${CLIENT_HEADER}
  S: ${serverHeader("a")}
  S: ${FEATURES}
  C: <auth xmlns='${SASL}' mechanism='SCRAM-SHA-1'>${sha1.first}</auth>
  S: <challenge xmlns='${SASL}'>${sha1.challenge}</challenge>
  C: <response xmlns='${SASL}'>${sha1.final}</response>
  S: <success xmlns='${SASL}'>${sha1.success}</success>
  C: ${CLIENT_HEADER}
  S: ${serverHeader("c")}
  S: ${BIND_FEATURES}
  C: <iq type='set' id='b1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>
  -- bind juliet@ship.example
  S: <iq type='result' id='b1'>
       <bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>juliet@ship.example/made-up</jid></bind>
     </iq>
  `,
  loopback,
);

transcript(
  "with TLS from the first byte a client logs in with PLAIN, and what follows at once belongs to the new stream",
  `
  C: ${CLIENT_HEADER}${PLAIN}${CLIENT_HEADER}
  S: ${serverHeader("a")}
  S: ${PLUS_FEATURES}
  S: <success xmlns='${SASL}'/>
  S: ${serverHeader("b")}
  S: ${BIND_FEATURES}
  `,
  bindable,
);

transcript(
  "further features are announced after login",
  `
  C: ${CLIENT_HEADER}
  S: ${serverHeader("a")}
  S: ${FEATURES}
  C: ${PLAIN}
  S: <success xmlns='${SASL}'/>
  C: ${CLIENT_HEADER}
  S: ${serverHeader("b")}
  S: ${BIND_FEATURES.replace("</stream:features>", "")}
     <ver xmlns='urn:xmpp:features:rosterver'/><sub xmlns='urn:xmpp:features:pre-approval'/></stream:features>
  `,
  () =>
    c2sOptions({
      features: [
        xml("ver", { xmlns: "urn:xmpp:features:rosterver" }),
        xml("sub", { xmlns: "urn:xmpp:features:pre-approval" }),
      ],
    }),
);

transcript(
  "what an attacker put behind <starttls/> is dropped",
  `
  C: ${CLIENT_HEADER}
  S: ${serverHeader("a")}
  S: ${STARTTLS_FEATURES}
  C: <starttls xmlns='${TLS}'/>${CLIENT_HEADER}${WRONG}
  S: <proceed xmlns='${TLS}'/>
  -- startTls
  C: ${CLIENT_HEADER}
  S: ${serverHeader("b")}
  S: ${PLUS_FEATURES}
  `,
  starttls,
);

transcript(
  "no login is possible before TLS",
  `
  C: ${CLIENT_HEADER}
  S: ${serverHeader("a")}
  S: ${STARTTLS_FEATURES}
  C: ${PLAIN}
  S: <failure xmlns='${SASL}'><encryption-required/></failure>
  C: <auth xmlns='${SASL}' mechanism='SCRAM-SHA-256'>${sha1.first}</auth>
  S: <failure xmlns='${SASL}'><encryption-required/></failure>
  C: <starttls xmlns='${TLS}'/>
  S: <proceed xmlns='${TLS}'/>
  -- startTls
  `,
  starttls,
);

transcript(
  "STARTTLS under TLS fails, which ends the stream",
  `
  C: ${CLIENT_HEADER}
  S: ${serverHeader("a")}
  S: ${FEATURES}
  C: <starttls xmlns='${TLS}'/>
  S: <failure xmlns='${TLS}'/></stream:stream>
  -- close tls-failed
  `,
);

transcript(
  "a name in a header that came in the clear does not count",
  `
  C: ${CLIENT_HEADER.replace(" to=", " from='romeo@ship.example' to=")}
  S: ${serverHeader("a", " to='romeo@ship.example'")}
  S: ${STARTTLS_FEATURES}
  C: <starttls xmlns='${TLS}'/>
  S: <proceed xmlns='${TLS}'/>
  -- startTls
  C: ${CLIENT_HEADER}
  S: ${serverHeader("b")}
  S: ${PLUS_FEATURES}
  C: ${PLAIN}
  S: <success xmlns='${SASL}'/>
  `,
  starttls,
);

transcript(
  "a client that named itself in the header must log in as that",
  `
  C: ${CLIENT_HEADER.replace(" to=", " from='romeo@ship.example' to=")}
  S: ${serverHeader("a", " to='romeo@ship.example'")}
  S: ${FEATURES}
  C: ${PLAIN}
  S: ${streamError("invalid-from")}
  -- close stream-error invalid-from
  `,
);

transcript(
  "after login the header may not name another",
  `
  C: ${CLIENT_HEADER}
  S: ${serverHeader("a")}
  S: ${FEATURES}
  C: ${PLAIN}
  S: <success xmlns='${SASL}'/>
  C: ${CLIENT_HEADER.replace(" to=", " from='romeo@ship.example' to=")}
  S: ${serverHeader("b", " to='romeo@ship.example'")}
  S: ${streamError("invalid-from")}
  -- close stream-error invalid-from
  `,
);

transcript(
  "the header is answered with the client's bare address",
  `
  C: ${CLIENT_HEADER.replace(" to=", " from='Juliet@ship.example/balcony' to=")}
  S: ${serverHeader("a", " to='juliet@ship.example'")}
  S: ${FEATURES}
  C: ${PLAIN}
  S: <success xmlns='${SASL}'/>
  `,
);

Deno.test("every stream has another id", () => {
  const stream = new C2sStream(c2sOptions({ random: seededRandom(1) }));
  const bytes = new TextEncoder().encode(CLIENT_HEADER + PLAIN + CLIENT_HEADER);
  const sent = stream.step({ kind: "bytes", bytes }).map((output) =>
    output.kind === "send" ? output.text : ""
  );
  const ids = [...sent.join("").matchAll(/<stream:stream[^>]* id='([^']*)'/g)].map(([, id]) => id);
  assert.equal(ids.length, 2);
  assert.equal(new Set(ids).size, 2);
  for (const id of ids) assert.match(id ?? "", /^[A-Za-z0-9_-]{22}$/);
});

Deno.test("the account is known from login on", () => {
  const stream = new C2sStream(c2sOptions());
  const give = (text: string) => void stream.step({ kind: "bytes", bytes: new TextEncoder().encode(text) });
  give(CLIENT_HEADER);
  assert.deepEqual([stream.phase, stream.account], ["negotiating", undefined]);
  give(PLAIN);
  assert.deepEqual([stream.phase, stream.account?.toString()], ["opening", "juliet@ship.example"]);
});
