import { attack, type Kinds, type Step, utf8 } from "./attack.ts";

/** Requests of one who does not read the answers. */
function* questions(): Iterable<Step> {
  const question = "<iq type='get' id='q' to='ship.example'><query xmlns='jabber:iq:version'/></iq>";
  for (let piece = 0; piece < 2_000; piece++) yield utf8(question.repeat(500));
}

/** Attacks by those who have an account. */
export const AFTER_LOGIN: Kinds = {
  "somebody else's address": (dice) =>
    attack(
      [utf8(
        `<message from='alice@ship.example/${dice.word()}' to='bob@ship.example'><body>x</body></message>`,
      )],
      ["invalid-from"],
      { loggedIn: true },
    ),
  "a second login": () =>
    attack(
      [utf8(`<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGEAYg==</auth>`)],
      ["unsupported-stanza-type"],
      { loggedIn: true },
    ),
  "TLS asked for in the middle": () =>
    attack([utf8("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")], ["unsupported-stanza-type"], {
      loggedIn: true,
    }),
  "a stanza of another namespace": (dice) =>
    attack(
      [utf8(`<message xmlns='jabber:server' to='bob@ship.example'><body>${dice.word()}</body></message>`)],
      ["invalid-namespace", "unsupported-stanza-type"],
      { loggedIn: true },
    ),
  "questions whose answers are never read": () =>
    attack(questions(), ["cut", "policy-violation", "resource-constraint"], {
      loggedIn: true,
      deaf: true,
      pace: "heavy",
    }),
  "half a stanza, then the end": (dice) =>
    attack([utf8(`<message to='bob@ship.example'><body>${dice.word()}`)], ["closed", "cut"], {
      loggedIn: true,
      halfCloses: true,
    }),
};
