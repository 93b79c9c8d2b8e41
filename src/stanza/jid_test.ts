import assert from "node:assert/strict";
import fc from "fast-check";
import { Jid } from "./mod.ts";

const GOOD: readonly [text: string, prepared: string, why: string][] = [
  ["ship.example", "ship.example", "a domain alone"],
  ["Romeo@Ship.Example", "romeo@ship.example", "localpart and domain are compared without case"],
  ["romeo@ship.example/Deck", "romeo@ship.example/Deck", "a resource keeps its case"],
  ["romeo@ship.example/a/b@c", "romeo@ship.example/a/b@c", "only the first slash divides"],
  ["ship.example/a@b", "ship.example/a@b", "an at sign behind the slash is resource"],
  ["ship.example.", "ship.example", "the final dot goes (RFC 7622 section 3.2)"],
  ["romeo@[::1]", "romeo@[::1]", "an IPv6 literal"],
  ["romeo@192.0.2.1", "romeo@192.0.2.1", "an IPv4 address"],
  ["ff@ship.example", "ff@ship.example", "plain"],
  ["ＲＯＭＥＯ@ship.example", "romeo@ship.example", "full-width letters are mapped"],
  ["JÜRGEN@ship.example", "jürgen@ship.example", "case mapping beyond ASCII"],
  ["u\u0308@ship.example", "ü@ship.example", "composed (NFC)"],
  ["π@пример.example", "π@пример.example", "Greek and Cyrillic"],
  ["romeo@ship.example/foo bar", "romeo@ship.example/foo bar", "a space in a resource"],
  ["romeo@ship.example/foo\u3000bar", "romeo@ship.example/foo bar", "an ideographic space becomes a space"],
  ["romeo@ship.example/☕", "romeo@ship.example/☕", "symbols are resource characters"],
];

const BAD: readonly [text: string, why: string][] = [
  ["", "nothing"],
  ["@ship.example", "an empty localpart"],
  ["romeo@", "an empty domain"],
  ["romeo@ship.example/", "an empty resource"],
  ["ro meo@ship.example", "a space in the localpart"],
  ['ro"meo@ship.example', "a quote in the localpart"],
  ["ro&meo@ship.example", "an ampersand in the localpart"],
  ["ro'meo@ship.example", "an apostrophe in the localpart"],
  ["ro:meo@ship.example", "a colon in the localpart"],
  ["ro<meo@ship.example", "an angle bracket in the localpart"],
  ["ro>meo@ship.example", "an angle bracket in the localpart"],
  ["romeo@juliet@ship.example", "two at signs"],
  ["henryⅣ@ship.example", "a compatibility character (RFC 7622 example 16)"],
  ["♚@ship.example", "a symbol in the localpart (RFC 7622 example 17)"],
  ["romeo@ship..example", "an empty label"],
  ["romeo@-ship.example", "a label that begins with a hyphen"],
  ["romeo@sh ip.example", "a space in the domain"],
  ["romeo@ship.example/\u0007", "a control character in the resource"],
  [`${"a".repeat(1024)}@ship.example`, "a localpart of 1024 octets"],
  [`romeo@ship.example/${"ü".repeat(512)}`, "a resource of 1024 octets"],
];

Deno.test("addresses are prepared as RFC 7622 says", async (t) => {
  for (const [text, prepared, why] of GOOD) {
    await t.step(why, () => assert.equal(Jid.parse(text)?.toString(), prepared));
  }
});

Deno.test("what is no address is refused", async (t) => {
  for (const [text, why] of BAD) await t.step(why, () => assert.equal(Jid.parse(text), undefined));
});

Deno.test("a resource may have 1023 octets and no more", () => {
  assert.ok(Jid.parse(`a@b/${"r".repeat(1023)}`));
  assert.equal(Jid.parse(`a@b/${"r".repeat(1024)}`), undefined);
});

Deno.test("a prepared address prepares to itself", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
    const once = Jid.parse(text);
    if (once !== undefined) assert.equal(Jid.parse(once.toString())?.toString(), once.toString());
  }));
});

Deno.test("the bare address drops the resource and the full one adds it", () => {
  const full = Jid.of("romeo@ship.example/deck");
  assert.equal(full.bare.toString(), "romeo@ship.example");
  assert.ok(full.bare.isBare);
  assert.ok(full.bare.withResource("deck")?.equals(full));
  assert.equal(full.withResource(""), undefined);
});

Deno.test("code that names an impossible address throws", () => {
  assert.throws(() => Jid.of("a b@c"), { name: "TypeError", message: 'Cannot use "a b@c" as an address' });
});
