import assert from "node:assert/strict";
import { base64, compareOctets, hex, octetsOf, sha1, sha256 } from "./mod.ts";

Deno.test("hashes are those of FIPS 180-4", () => {
  assert.equal(hex(sha1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  assert.equal(hex(sha1(Uint8Array.of(97, 98, 99))), "a9993e364706816aba3e25717850c26c9cd0d89d");
  assert.equal(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

Deno.test("base64 goes there and back; what is none is undefined", () => {
  const octets = Uint8Array.of(0, 255, 128, 7);
  assert.equal(base64(octets), "AP+ABw==");
  assert.deepEqual(octetsOf("AP+A\nBw=="), octets);
  assert.equal(octetsOf("no base64!"), undefined);
});

Deno.test("octets are in order by the first that differs, and the shorter comes first", () => {
  const sorted = [[], [1], [1, 0], [1, 200], [2]].map((octets) => Uint8Array.from(octets));
  assert.deepEqual([...sorted].reverse().sort(compareOctets), sorted);
  assert.equal(compareOctets(Uint8Array.of(7), Uint8Array.of(7)), 0);
});
