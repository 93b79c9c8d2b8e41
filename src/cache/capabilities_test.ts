import assert from "node:assert/strict";
import { readXml } from "../xml/mod.ts";
import { capabilitiesHash } from "./capabilities.ts";

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
