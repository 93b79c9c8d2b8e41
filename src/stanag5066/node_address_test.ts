import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ALL_STATIONS,
  decodeNodeAddress,
  encodeNodeAddress,
  formatNodeAddress,
  parseNodeAddress,
  sameNode,
} from "./node_address.ts";
import { hexOctets } from "./testing/examples.ts";

const READ: readonly (readonly [text: string, hex: string])[] = [
  ["10.20.30.40", "EA 14 1E 28"],
  ["1.2.3.4", "E1 02 03 04"],
  ["0.0.0.0", "E0 00 00 00"],
  ["15.255.255.255", "EF FF FF FF"],
  ["16.0.0.5", "F0 00 00 05"],
  ["31.255.255.255", "FF FF FF FF"],
];

for (const [text, hex] of READ) {
  Deno.test(`address ${text} is ${hex}`, () => {
    const address = parseNodeAddress(text);
    assert.ok(address !== undefined);
    assert.deepEqual(encodeNodeAddress(address), [...hexOctets(hex)]);
    assert.deepEqual(decodeNodeAddress(hexOctets(hex)), address);
    assert.equal(formatNodeAddress(address), text);
  });
}

for (
  const text of [
    "",
    "1.2.3",
    "1.2.3.4.5",
    "32.0.0.0",
    "1.2.3.256",
    "01.2.3.4",
    "1.2.3.-4",
    "a.b.c.d",
    "1.2.3.4 ",
  ]
) {
  Deno.test(`${JSON.stringify(text)} is no address`, () => {
    assert.equal(parseNodeAddress(text), undefined);
  });
}

Deno.test("an address of any size is read as its 28 bits stand", () => {
  assert.deepEqual(decodeNodeAddress(hexOctets("41 02 03 04")), parseNodeAddress("1.2.3.4"));
});

Deno.test("addresses are the same when flag and bits are", () => {
  const broadcast = parseNodeAddress("31.255.255.255");
  assert.ok(broadcast !== undefined && sameNode(broadcast, ALL_STATIONS));
  assert.ok(!sameNode({ isGroup: false, bits: 5 }, { isGroup: true, bits: 5 }));
});

Deno.test("any address comes back from its text", () => {
  fc.assert(fc.property(fc.boolean(), fc.nat(0xfffffff), (isGroup, bits) => {
    assert.deepEqual(parseNodeAddress(formatNodeAddress({ isGroup, bits })), { isGroup, bits });
  }));
});
