import { attack, HEADER, join, type Kinds, onStream, type Outcome, type Step, utf8 } from "./attack.ts";
import type { Dice } from "../support/dice.ts";

const SASL_NS = "urn:ietf:params:xml:ns:xmpp-sasl";

/** Pause between two bytes of a client that trickles. */
const TRICKLE_MS = 250;

/** A beginning of a stream, and the error it earns; any one when undefined. */
interface BadHeader {
  readonly text: string;
  readonly right: Outcome | undefined;
}

/** Where a stream may go wrong before its first element. */
const BAD_HEADERS: readonly [BadHeader, ...BadHeader[]] = [
  { text: HEADER.replace("ship.example", "shore.example"), right: "host-unknown" },
  { text: HEADER.replace("etherx.jabber.org/streams", "example.com/"), right: "invalid-namespace" },
  { text: HEADER.replace("'jabber:client'", "'jabber:server'"), right: "invalid-namespace" },
  { text: HEADER.replace(" version='1.0' xmlns=", " xmlns="), right: "unsupported-version" },
  { text: HEADER.replace("<?xml version='1.0'?>", "<?xml version='1.1'?>"), right: undefined },
  {
    text: HEADER.replace("<?xml version='1.0'?>", "<?xml version='1.0' encoding='ISO-8859-1'?>"),
    right: "unsupported-encoding",
  },
  { text: HEADER.replaceAll("stream:stream", "stream:dream"), right: undefined },
  { text: `\n${HEADER}`, right: "restricted-xml" },
  { text: "GET / HTTP/1.1\r\nHost: ship.example\r\n\r\n", right: "not-well-formed" },
  { text: "\u0016\u0003\u0001\u0002\u0000\u0001\u0000", right: "not-well-formed" },
];

function* trickle(text: string): Iterable<Step> {
  for (const octet of utf8(text)) {
    yield Uint8Array.of(octet);
    yield { pauseMs: TRICKLE_MS };
  }
}

function* whiteSpace(): Iterable<Step> {
  for (let piece = 0; piece < 1_500; piece++) yield utf8(" ".repeat(65_536));
}

function afterProceed(garbage: Uint8Array): Step[] {
  const starttls = utf8(`${HEADER}<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>`);
  return [starttls, { until: "<proceed" }, garbage];
}

/** What looks like TLS to begin with, and what does not. */
function tlsGarbage(dice: Dice): Uint8Array {
  const hello = Uint8Array.of(0x16, 3, 1, 0, dice.between(0, 80), 1, 0, 0, dice.between(0, 70), 3, 3);
  return dice.pick([
    join(hello, dice.bytes(90)),
    join(Uint8Array.of(0x16, 3, 1, 0xff, 0xff), dice.bytes(2_000)),
    join(Uint8Array.of(0x15, 3, 3, 0, 2, 2), dice.bytes(1)),
    Uint8Array.of(0x80, 0x2e, 1, 0, 2, 0, 0x15, 0, 0, 0, 0x10, ...dice.bytes(40)),
    utf8(HEADER),
    utf8("GET / HTTP/1.1\r\n\r\n"),
    dice.bytes(dice.between(6, 400)),
  ]);
}

/** Attacks by those who have no account, and on the way to a login. */
export const BEFORE_LOGIN: Kinds = {
  "a bad header": (dice) => {
    const { text, right } = dice.pick(BAD_HEADERS);
    return attack(dice.cut(utf8(`${text}<message/>`)), right === undefined ? [] : [right]);
  },
  "a stanza before the login": (dice) => {
    const stanza = dice.pick([
      "<message to='alice@ship.example'><body>spam</body></message>",
      "<presence/>",
      "<iq type='get' id='1'><query xmlns='jabber:iq:roster'/></iq>",
      "<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>",
    ]);
    return attack(dice.cut(utf8(HEADER + stanza)), ["not-authorized"], {
      listener: dice.pick(["plaintext", "starttls"]),
    });
  },
  "wrong passwords": (dice) => {
    const wrong = btoa(`\0mallory\0${dice.word()}`);
    const auth = `<auth xmlns='${SASL_NS}' mechanism='PLAIN'>${wrong}</auth>`;
    return attack([utf8(HEADER + auth.repeat(8))], ["policy-violation"]);
  },
  "broken SASL": (dice) => {
    const broken = dice.pick([
      `<auth xmlns='${SASL_NS}' mechanism='PLAIN'>====</auth>`,
      `<auth xmlns='${SASL_NS}' mechanism='${dice.word()}'/>`,
      `<response xmlns='${SASL_NS}'>${btoa(dice.word())}</response>`,
      `<auth xmlns='${SASL_NS}' mechanism='SCRAM-SHA-256'>${btoa("n,,n=mallory,m=1,r=x")}</auth>`,
      `<auth xmlns='${SASL_NS}' mechanism='SCRAM-SHA-1'>${btoa("p=tls-unique,,n=mallory,r=x")}</auth>`,
      `<abort xmlns='${SASL_NS}'/>`,
    ]);
    return attack(dice.cut(utf8(HEADER + broken.repeat(8))), ["policy-violation"]);
  },
  "endless white space": () => onStream(whiteSpace(), ["policy-violation"]),
  "random bytes": (dice) => attack([dice.bytes(dice.between(20, 4_000))], []),
  "a trickle": () => attack(trickle(HEADER), ["connection-timeout"], { pace: "slow" }),
  "a trickle of a login": (dice) => {
    const rest = `<auth xmlns='${SASL_NS}' mechanism='PLAIN'>${btoa(dice.word())}`;
    return attack([utf8(HEADER), ...trickle(rest)], ["connection-timeout"], { pace: "slow" });
  },
  "silence": () => attack([], ["connection-timeout"], { pace: "slow" }),
  "silence after the header": () => attack([utf8(HEADER)], ["connection-timeout"], { pace: "slow" }),
  "a half-open connection": (dice) => {
    const text = HEADER.slice(0, dice.between(0, HEADER.length));
    return attack([utf8(text)], ["closed", "cut"], { halfCloses: true });
  },
  "garbage for a TLS listener": (dice) =>
    attack(dice.cut(tlsGarbage(dice)), ["cut"], { listener: "tls", halfCloses: true }),
  "garbage after <proceed/>": (dice) =>
    attack(afterProceed(tlsGarbage(dice)), ["cut"], { listener: "starttls", halfCloses: true }),
  "a stanza smuggled behind <starttls/>": (dice) => {
    const smuggled = utf8(
      `${HEADER}<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>${HEADER}<presence/>${dice.word()}`,
    );
    return attack([smuggled], ["cut"], { listener: "starttls", halfCloses: true, pace: "slow" });
  },
};
