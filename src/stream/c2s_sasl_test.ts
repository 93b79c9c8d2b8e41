import {
  b64,
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

const FEATURES = `<stream:features>${mechanisms("SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN")}</stream:features>`;
const PLUS_FEATURES = "<stream:features>" +
  mechanisms("SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN") +
  "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding type='tls-server-end-point'/>" +
  "</sasl-channel-binding></stream:features>";
const WRONG = `<auth xmlns='${SASL}' mechanism='PLAIN'>${b64("\0juliet\0tybalt")}</auth>`;

const sha1 = scram("sha1", "b");
const second = scram("sha256", "c");

transcript(
  "a client may abort, and may begin anew in the middle",
  `
  C: ${CLIENT_HEADER}
  S: ${serverHeader("a")}
  S: ${FEATURES}
  C: <auth xmlns='${SASL}' mechanism='SCRAM-SHA-1'>${sha1.first}</auth>
  S: <challenge xmlns='${SASL}'>${sha1.challenge}</challenge>
  C: <abort xmlns='${SASL}'/>
  S: <failure xmlns='${SASL}'><aborted/></failure>
  C: <auth xmlns='${SASL}' mechanism='SCRAM-SHA-256'>${second.first}</auth>
  S: <challenge xmlns='${SASL}'>${second.challenge}</challenge>
  C: ${PLAIN}
  S: <success xmlns='${SASL}'/>
  `,
);

transcript(
  "without an initial response the client is asked for it",
  `
  C: ${CLIENT_HEADER}
  S: ${serverHeader("a")}
  S: ${FEATURES}
  C: <auth xmlns='${SASL}' mechanism='PLAIN'/>
  S: <challenge xmlns='${SASL}'/>
  C: <response xmlns='${SASL}'>${b64("\0juliet\0r0m30")}</response>
  S: <success xmlns='${SASL}'/>
  `,
);

transcript(
  "the third login that fails ends the stream",
  `
  C: ${CLIENT_HEADER}
  S: ${serverHeader("a")}
  S: ${FEATURES}
  C: ${WRONG}
  S: <failure xmlns='${SASL}'><not-authorized/></failure>
  C: ${WRONG}
  S: <failure xmlns='${SASL}'><not-authorized/></failure>
  C: ${WRONG}
  S: <failure xmlns='${SASL}'><not-authorized/></failure>
  S: ${streamError("policy-violation", "Cannot log in: 3 attempts failed")}
  -- close limit policy-violation
  C: ${PLAIN}
  `,
);

transcript(
  "a handshake that failed is over",
  `
  C: ${CLIENT_HEADER}
  S: ${serverHeader("a")}
  S: ${FEATURES}
  C: ${WRONG}
  S: <failure xmlns='${SASL}'><not-authorized/></failure>
  C: <response xmlns='${SASL}'>${b64("\0juliet\0r0m30")}</response>
  S: <failure xmlns='${SASL}'>
       <malformed-request/><text xml:lang='en'>No handshake is under way</text>
     </failure>
  `,
);

transcript(
  "a client that was told of no channel binding, where it was offered, is refused",
  `
  C: ${CLIENT_HEADER}
  S: ${serverHeader("a")}
  S: ${PLUS_FEATURES}
  C: <auth xmlns='${SASL}' mechanism='SCRAM-SHA-256'>${b64("y,,n=juliet,r=Client")}</auth>
  S: <failure xmlns='${SASL}'>
       <not-authorized/>
       <text xml:lang='en'>Channel binding was offered: somebody may have hidden it from you</text>
     </failure>
  `,
  () => c2sOptions({ serverEndPoint: END_POINT }),
);

const unbound = scram("sha256", "d", { gs2Header: "y,," });

const OTHER_TYPE = `<failure xmlns='${SASL}'>
       <malformed-request/>
       <text xml:lang='en'>Channel binding is of type tls-server-end-point only</text>
     </failure>`;

// As slixmpp 1.8 goes through the mechanisms that are offered.
transcript(
  "a client that tried -PLUS with a binding we do not have has seen the offer, and may go on without it",
  `
  C: ${CLIENT_HEADER}
  S: ${serverHeader("a")}
  S: ${PLUS_FEATURES}
  C: <auth xmlns='${SASL}' mechanism='SCRAM-SHA-256-PLUS'>${b64("p=tls-unique,,n=juliet,r=Client")}</auth>
  S: ${OTHER_TYPE}
  C: <auth xmlns='${SASL}' mechanism='SCRAM-SHA-1-PLUS'>${b64("p=tls-unique,,n=juliet,r=Client")}</auth>
  S: ${OTHER_TYPE}
  C: <auth xmlns='${SASL}' mechanism='SCRAM-SHA-256'>${unbound.first}</auth>
  S: <challenge xmlns='${SASL}'>${unbound.challenge}</challenge>
  C: <response xmlns='${SASL}'>${unbound.final}</response>
  S: <success xmlns='${SASL}'>${unbound.success}</success>
  `,
  () => c2sOptions({ serverEndPoint: END_POINT }),
);

/** Attempts that somebody in the middle could burn for another: none lets `y` pass. */
const NO_PROOFS: readonly (readonly [what: string, mechanism: string, first: string, failure: string])[] = [
  ["of nonsense", "SCRAM-SHA-256-PLUS", "garbage", "Not a first message of SCRAM"],
  [
    "without channel binding",
    "SCRAM-SHA-256-PLUS",
    "y,,n=juliet,r=Client",
    "A mechanism that ends in -PLUS needs channel binding",
  ],
  [
    "with another type of binding, as another user",
    "SCRAM-SHA-256-PLUS",
    "p=tls-unique,,n=romeo,r=Client",
    "Channel binding is of type tls-server-end-point only",
  ],
  [
    "with another type of binding, but not of -PLUS",
    "SCRAM-SHA-256",
    "p=tls-unique,,n=juliet,r=Client",
    "Channel binding needs a mechanism that ends in -PLUS",
  ],
];

for (const [what, mechanism, first, failure] of NO_PROOFS) {
  transcript(
    `an attempt ${what} does not show that the client has seen the offer`,
    `
    C: ${CLIENT_HEADER}
    S: ${serverHeader("a")}
    S: ${PLUS_FEATURES}
    C: <auth xmlns='${SASL}' mechanism='${mechanism}'>${b64(first)}</auth>
    S: <failure xmlns='${SASL}'><malformed-request/><text xml:lang='en'>${failure}</text></failure>
    C: <auth xmlns='${SASL}' mechanism='SCRAM-SHA-256'>${b64("y,,n=juliet,r=Client")}</auth>
    S: <failure xmlns='${SASL}'>
         <not-authorized/>
         <text xml:lang='en'>Channel binding was offered: somebody may have hidden it from you</text>
       </failure>
    `,
    () => c2sOptions({ serverEndPoint: END_POINT }),
  );
}

/** Requests to log in that fail at once, and the conditions of RFC 6120 section 6.5. */
const FAILURES: readonly (readonly [what: string, request: string, failure: string])[] = [
  ["without a mechanism", "<auth>AA==</auth>", "<invalid-mechanism/>"],
  ["with an unknown mechanism", "<auth mechanism='DIGEST-MD5'/>", "<invalid-mechanism/>"],
  ["with a mechanism in small letters", "<auth mechanism='plain'/>", "<invalid-mechanism/>"],
  ["with -PLUS where it was not offered", "<auth mechanism='SCRAM-SHA-1-PLUS'/>", "<invalid-mechanism/>"],
  ["with a mechanism that policy forbids", "<auth mechanism='SCRAM-SHA-1'/>", "<mechanism-too-weak/>"],
  ["in broken base64", "<auth mechanism='PLAIN'>AA=</auth>", "<incorrect-encoding/>"],
  ["in base64 with white space", "<auth mechanism='PLAIN'> AA==</auth>", "<incorrect-encoding/>"],
  ["with an element inside", "<auth mechanism='PLAIN'>AA==<x/></auth>", "<malformed-request/>"],
  [
    "with an empty initial response",
    "<auth mechanism='PLAIN'>=</auth>",
    "<malformed-request/><text xml:lang='en'>Not a message of PLAIN</text>",
  ],
  [
    "as somebody else",
    `<auth mechanism='PLAIN'>${b64("romeo@ship.example\0juliet\0r0m30")}</auth>`,
    "<invalid-authzid/><text xml:lang='en'>An account can act for itself only</text>",
  ],
  ["with a wrong password", `<auth mechanism='PLAIN'>${b64("\0juliet\0r0m3")}</auth>`, "<not-authorized/>"],
  ["as nobody", `<auth mechanism='PLAIN'>${b64("\0nobody\0r0m30")}</auth>`, "<not-authorized/>"],
  [
    "with a response to nothing",
    "<response>AA==</response>",
    "<malformed-request/><text xml:lang='en'>No handshake is under way</text>",
  ],
  ["by aborting nothing", "<abort/>", "<aborted/>"],
];

for (const [what, request, failure] of FAILURES) {
  transcript(
    `a login ${what} fails, and the next may succeed`,
    `
    C: ${CLIENT_HEADER}
    S: ${serverHeader("a")}
    S: <stream:features>${mechanisms("SCRAM-SHA-256", "PLAIN")}</stream:features>
    C: ${request.replace(/^<\w+/, `$& xmlns='${SASL}'`)}
    S: <failure xmlns='${SASL}'>${failure}</failure>
    C: ${PLAIN}
    S: <success xmlns='${SASL}'/>
    `,
    () => c2sOptions({ mechanisms: ["PLAIN", "SCRAM-SHA-256"] }),
  );
}
