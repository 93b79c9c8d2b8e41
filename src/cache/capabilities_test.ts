import assert from "node:assert/strict";
import { readXml } from "../xml/mod.ts";
import { capabilitiesHash, saysNoMoreThanItsHash } from "./capabilities.ts";

const INFO = "http://jabber.org/protocol/disco#info";
const query = (inside: string) => readXml(`<query xmlns='${INFO}'>${inside}</query>`);
const FEATURES = ["caps", "disco#info", "disco#items", "muc"]
  .map((name) => `<feature var='http://jabber.org/protocol/${name}'/>`).join("");
const FORM = "<x xmlns='jabber:x:data' type='result'>" +
  "<field var='FORM_TYPE' type='hidden'><value>urn:xmpp:dataforms:softwareinfo</value></field>" +
  "<field var='ip_version'><value>ipv4</value><value>ipv6</value></field>" +
  "<field var='os'><value>Mac</value></field><field var='os_version'><value>10.5.1</value></field>" +
  "<field var='software'><value>Psi</value></field>" +
  "<field var='software_version'><value>0.11</value></field></x>";
const PSI = "<identity xml:lang='en' category='client' name='Psi 0.11' type='pc'/>" +
  "<identity xml:lang='el' category='client' name='Ψ 0.11' type='pc'/>";

Deno.test("the examples of XEP-0115 sections 5.2 and 5.3", () => {
  const simple = query(`<identity category='client' type='pc' name='Exodus 0.9.1'/>${FEATURES}`);
  assert.equal(capabilitiesHash(simple), "QgayPKawpkPSDYmwT/WM94uAlu0=");
  assert.equal(capabilitiesHash(query(PSI + FEATURES + FORM)), "q07IKJEyjvHSyhy//CH0CxmKi8w=");
});

const ILL_FORMED: readonly (readonly [why: string, inside: string])[] = [
  ["no identity", FEATURES],
  ["an identity twice", "<identity category='a' type='b'/><identity category='a' type='b'/>"],
  ["a feature twice", `${PSI}<feature var='a'/><feature var='a'/>`],
  ["a form twice", PSI + FORM + FORM],
  [
    "a form of two types",
    `${PSI}<x xmlns='jabber:x:data'><field var='FORM_TYPE' type='hidden'><value>a</value><value>b</value></field></x>`,
  ],
];

for (const [why, inside] of ILL_FORMED) {
  Deno.test(`an ill-formed answer proves nothing: ${why}`, () => {
    assert.equal(capabilitiesHash(query(inside)), undefined);
  });
}

Deno.test("a form without a hidden type has no part in the hash", () => {
  const form = "<x xmlns='jabber:x:data'><field var='FORM_TYPE'><value>a</value></field></x>";
  assert.equal(capabilitiesHash(query(PSI + form)), capabilitiesHash(query(PSI)));
});

const EXODUS = "<identity category='client' type='pc' name='Exodus 0.9.1'/>";
const feature = (name: string) => `<feature var='${name}'/>`;

Deno.test("what the examples say stands in their hash, and can be read in no other way", () => {
  for (const inside of [EXODUS + FEATURES, PSI + FEATURES + FORM, EXODUS + feature("vcard-temp")]) {
    assert.equal(saysNoMoreThanItsHash(query(inside)), true);
  }
});

/** Answers with the hash of another one that says something else, and some that say more than their hash. */
const FORGED: readonly (readonly [what: string, forged: string, genuine: string])[] = [
  ["two features in one", feature("urn:a&lt;urn:b"), feature("urn:a") + feature("urn:b")],
  ["a feature in the name of an identity", "", ""],
  [
    "a feature as an identity",
    "<identity category='http:' xml:lang='jabber.org' name='protocol/caps'/>" + feature("urn:x"),
    feature("http://jabber.org/protocol/caps") + feature("urn:x"),
  ],
  [
    "an identity as a feature",
    feature("client/web//Exodus"),
    "<identity category='client' type='web' name='Exodus'/>",
  ],
  [
    "features as a form",
    "<x xmlns='jabber:x:data'><field var='FORM_TYPE' type='hidden'><value>urn:x</value></field>" +
    "<field var='urn:y'/></x>",
    feature("urn:x") + feature("urn:y"),
  ],
  [
    "a form as features",
    feature("urn:xmpp:dataforms:softwareinfo") + feature("urn:y"),
    "<x xmlns='jabber:x:data'><field var='FORM_TYPE' type='hidden'>" +
    "<value>urn:xmpp:dataforms:softwareinfo</value></field><field var='urn:y'/></x>",
  ],
  ["something beside", "<x xmlns='urn:advertisement'/>", ""],
  ["a form that the hash leaves out", "<x xmlns='jabber:x:data'><field var='a'/></x>", ""],
];

for (const [what, forged, genuine] of FORGED) {
  Deno.test(`an answer that can be read in two ways proves nothing: ${what}`, () => {
    const identity = what.includes("name of an identity")
      ? "<identity category='client' type='pc' name='Exodus 0.9.1&lt;urn:a'/>"
      : EXODUS;
    const forgery = query(identity + forged);
    const original = identity === EXODUS ? genuine : feature("urn:a");
    assert.equal(capabilitiesHash(forgery), capabilitiesHash(query(EXODUS + original)));
    assert.equal(saysNoMoreThanItsHash(forgery), false);
  });
}
