import {
  BIND_FEATURES,
  CLIENT_HEADER,
  DOMAIN,
  PLAIN,
  PLAIN_FEATURES,
  plainOnly,
  SASL,
  serverHeader,
  streamError,
} from "./testing_fixtures.ts";
import { transcript } from "./testing_transcript.ts";

const STREAMS = "http://etherx.jabber.org/streams";
const BIND = "<iq type='set' id='b1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";

function header(attributes: string, prefix = "stream:"): string {
  return `<${prefix}stream ${attributes}>`;
}

const NAMESPACES = `xmlns='jabber:client' xmlns:stream='${STREAMS}'`;

/** Headers that end the stream at once. Our header comes first all the same (RFC 6120 section 4.9.1.2). */
const BAD_HEADERS: readonly (readonly [what: string, header: string, condition: string, to?: string])[] = [
  [
    "with another stream namespace",
    header(`to='${DOMAIN}' version='1.0' xmlns='jabber:client' xmlns:stream='urn:wrong'`),
    "invalid-namespace",
  ],
  [
    "for servers",
    header(`to='${DOMAIN}' version='1.0' xmlns='jabber:server' xmlns:stream='${STREAMS}'`),
    "invalid-namespace",
  ],
  [
    "without content namespace",
    header(`to='${DOMAIN}' version='1.0' xmlns:stream='${STREAMS}'`),
    "invalid-namespace",
  ],
  [
    "without a prefix for the stream namespace",
    header(`to='${DOMAIN}' version='1.0' xmlns='${STREAMS}'`, ""),
    "bad-namespace-prefix",
  ],
  ["that is a stanza", `<message xmlns='jabber:client'>`, "invalid-namespace"],
  ["of another name", `<stream:flow to='${DOMAIN}' version='1.0' ${NAMESPACES}>`, "bad-format"],
  ["to a host not served", header(`to='shore.example' version='1.0' ${NAMESPACES}`), "host-unknown"],
  ["to an account", header(`to='juliet@${DOMAIN}' version='1.0' ${NAMESPACES}`), "host-unknown"],
  ["to nobody", header(`to='' version='1.0' ${NAMESPACES}`), "improper-addressing"],
  ["to what is no address", header(`to='@' version='1.0' ${NAMESPACES}`), "improper-addressing"],
  ["from what is no address", header(`from='@' version='1.0' ${NAMESPACES}`), "improper-addressing"],
  ["without version", header(`to='${DOMAIN}' ${NAMESPACES}`), "unsupported-version"],
  ["of version 0.9", header(`to='${DOMAIN}' version='0.9' ${NAMESPACES}`), "unsupported-version"],
  ["of version 11.0", header(`to='${DOMAIN}' version='11.0' ${NAMESPACES}`), "unsupported-version"],
  ["of version one", header(`to='${DOMAIN}' version='one' ${NAMESPACES}`), "unsupported-version"],
  [
    "with two mistakes, naming the client",
    header(`from='juliet@${DOMAIN}/x' to='shore.example' version='1.0' ${NAMESPACES}`),
    "host-unknown",
    `juliet@${DOMAIN}`,
  ],
];

for (const [what, bad, condition, to] of BAD_HEADERS) {
  transcript(
    `a header ${what} is answered with ${condition}`,
    `
    C: ${bad}
    S: ${serverHeader("a", to === undefined ? "" : ` to='${to}'`)}
    S: ${streamError(condition)}
    -- close stream-error ${condition}
    `,
  );
}

/** Headers that are good, if unusual. */
const GOOD_HEADERS: readonly (readonly [what: string, header: string])[] = [
  ["without to", header(`version='1.0' ${NAMESPACES}`)],
  ["in capitals", header(`to='Ship.Example' version='1.0' ${NAMESPACES}`)],
  ["of version 1.13", header(`to='${DOMAIN}' version='1.13' ${NAMESPACES}`)],
  ["of version 01.0", header(`to='${DOMAIN}' version='01.0' ${NAMESPACES}`)],
  ["with an id, which is ignored", header(`to='${DOMAIN}' id='mine' version='1.0' ${NAMESPACES}`)],
  [
    "with another prefix",
    `<s:stream to='${DOMAIN}' version='1.0' xmlns='jabber:client' xmlns:s='${STREAMS}'>`,
  ],
  [
    "behind an XML declaration with encoding",
    `<?xml version="1.0" encoding="utf-8"?>${header(`version='1.0' ${NAMESPACES}`)}`,
  ],
];

for (const [what, good] of GOOD_HEADERS) {
  transcript(
    `a header ${what} is taken`,
    `
    C: ${good}
    S: ${serverHeader("a")}
    S: ${PLAIN_FEATURES}
    `,
    plainOnly,
  );
}

/** What cannot be read as XML, in place of the header. */
const NO_XML: readonly (readonly [what: string, text: string, condition: string, detail: string])[] = [
  ["words", "GET / HTTP/1.1", "not-well-formed", "Cannot read XML: text outside the root"],
  ["a document type", "<!DOCTYPE x>", "restricted-xml", "Cannot accept XML: comment or document type"],
  [
    "another encoding",
    "<?xml version='1.0' encoding='latin-1'?>",
    "unsupported-encoding",
    "Cannot read XML: encoding &apos;latin-1&apos; is not UTF-8",
  ],
  [
    "an unbound prefix",
    "<stream:stream xmlns='jabber:client'>",
    "not-well-formed",
    "Cannot read XML: prefix &apos;stream&apos; is not bound to a namespace",
  ],
];

for (const [what, text, condition, detail] of NO_XML) {
  transcript(
    `${what} in place of a header: the header comes first, then ${condition}`,
    `
    C: ${text}
    S: ${serverHeader("a")}
    S: ${streamError(condition, detail.replaceAll("&apos;", "'"))}
    -- close stream-error ${condition}
    `,
  );
}

/** What a client may not send before it has logged in. */
const TOO_EARLY: readonly (readonly [what: string, element: string, condition: string])[] = [
  ["a message", "<message to='romeo@shore.example'><body>hi</body></message>", "not-authorized"],
  ["presence", "<presence/>", "not-authorized"],
  ["a request to bind", BIND, "not-authorized"],
  [
    "a request to register",
    "<iq type='get' id='1'><query xmlns='jabber:iq:register'/></iq>",
    "not-authorized",
  ],
  ["stream management", "<enable xmlns='urn:xmpp:sm:3'/>", "unsupported-stanza-type"],
  ["an unknown element", "<pubsub/>", "unsupported-stanza-type"],
  ["a success of its own", `<success xmlns='${SASL}'/>`, "unsupported-stanza-type"],
];

for (const [what, element, condition] of TOO_EARLY) {
  transcript(
    `${what} before login ends the stream with ${condition}`,
    `
    C: ${CLIENT_HEADER}
    S: ${serverHeader("a")}
    S: ${PLAIN_FEATURES}
    C: ${element}
    S: ${streamError(condition)}
    -- close stream-error ${condition}
    C: ${PLAIN}
    `,
    plainOnly,
  );
}

/** What a client may not send between login and binding. */
const UNBOUND: readonly (readonly [what: string, element: string, condition: string])[] = [
  ["a message", "<message to='romeo@shore.example'><body>hi</body></message>", "not-authorized"],
  ["a message to the server", `<message to='${DOMAIN}'><body>hi</body></message>`, "not-authorized"],
  ["presence", "<presence/>", "not-authorized"],
  ["a request to another", "<iq type='get' id='1' to='romeo@shore.example'/>", "not-authorized"],
  ["a request to no address", "<iq type='get' id='1' to='@'/>", "not-authorized"],
  ["a result", "<iq type='result' id='1'/>", "not-authorized"],
  ["another login", PLAIN, "unsupported-stanza-type"],
  ["STARTTLS", "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", "unsupported-stanza-type"],
];

for (const [what, element, condition] of UNBOUND) {
  transcript(
    `${what} before binding ends the stream with ${condition}`,
    `
    C: ${CLIENT_HEADER}
    S: ${serverHeader("a")}
    S: ${PLAIN_FEATURES}
    C: ${PLAIN}
    S: <success xmlns='${SASL}'/>
    C: ${CLIENT_HEADER}
    S: ${serverHeader("b")}
    S: ${BIND_FEATURES}
    C: ${element}
    S: ${streamError(condition)}
    -- close stream-error ${condition}
    `,
    plainOnly,
  );
}

/** What ends a bound stream; the stanza before it still counts. */
const BOUND: readonly (readonly [what: string, text: string, condition: string, detail?: string])[] = [
  ["an unknown element", "<pubsub/>", "unsupported-stanza-type"],
  ["an element of another namespace", "<enable xmlns='urn:xmpp:sm:3'/>", "unsupported-stanza-type"],
  ["what only looks like a message", "<message xmlns='urn:other'/>", "unsupported-stanza-type"],
  ["a message for servers", "<message xmlns='jabber:server'/>", "unsupported-stanza-type"],
  ["another login", PLAIN, "unsupported-stanza-type"],
  [
    "a restart",
    header(`version='1.0' ${NAMESPACES}`),
    "invalid-xml",
    "Cannot accept XML: a stream header where a stanza is due: the other side begins streams, which this one does not expect",
  ],
  [
    "tags that do not match",
    "<message><body></message>",
    "not-well-formed",
    "Cannot read XML: end tag 'message' where 'body' is open",
  ],
  ["a comment", "<!-- -->", "restricted-xml", "Cannot accept XML: comment or document type"],
  ["words between stanzas", "hello", "invalid-xml", "Cannot accept XML: text directly under the stream"],
];

for (const [what, text, condition, detail] of BOUND) {
  transcript(
    `${what} on a bound stream ends it with ${condition}`,
    `
    C: ${CLIENT_HEADER}
    S: ${serverHeader("a")}
    S: ${PLAIN_FEATURES}
    C: ${PLAIN}
    S: <success xmlns='${SASL}'/>
    C: ${CLIENT_HEADER}
    S: ${serverHeader("b")}
    S: ${BIND_FEATURES}
    C: ${BIND}
    -- bind juliet@ship.example
    S: <iq type='result' id='b1'>
         <bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>juliet@ship.example/made-up</jid></bind>
       </iq>
    C: <presence/>
    -- stanza <presence/>
    C: ${text}
    S: ${streamError(condition, detail)}
    -- close stream-error ${condition}
    C: <presence/>
    `,
    plainOnly,
  );
}
