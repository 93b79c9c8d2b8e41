import assert from "node:assert/strict";
import fc from "fast-check";
import { isInRanges, isLoopback, overlap, parseIp, parseRange } from "./ip.ts";

function bytesOf(text: string): string | undefined {
  return parseIp(text)?.bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const ADDRESSES: readonly (readonly [string, string])[] = [
  ["203.0.113.5", "cb007105"],
  ["0.0.0.0", "00000000"],
  ["255.255.255.255", "ffffffff"],
  ["::", "00000000000000000000000000000000"],
  ["::1", "00000000000000000000000000000001"],
  ["1::", "00010000000000000000000000000000"],
  ["2001:db8::8:800:200C:417A", "20010db80000000000080800200c417a"],
  ["2001:db8:1:2:3:4:5:6", "20010db8000100020003000400050006"],
  ["1:2:3:4:5:6:7::", "00010002000300040005000600070000"],
  ["64:ff9b::192.0.2.33", "0064ff9b0000000000000000c0000221"],
  ["::ffff:192.0.2.33", "c0000221"],
  ["::FFFF:c000:221", "c0000221"],
];

for (const [text, hex] of ADDRESSES) {
  Deno.test(`${text} is the address ${hex}`, () => {
    assert.equal(bytesOf(text), hex);
  });
}

const NOT_ADDRESSES = [
  "",
  "1.2.3",
  "1.2.3.4.5",
  "1.2.3.256",
  "01.2.3.4",
  "1.2.3.4 ",
  "1.2.3.-4",
  "shore.example",
  ":",
  ":::",
  "1",
  ":1",
  "1:",
  "1::2::3",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "1:2:3:4:5:6:7:8::",
  "12345::",
  "g::",
  "fe80::1%eth0",
  "[::1]",
  "1.2.3.4::",
  "::1.2.3.4:5",
  "::1.2.3",
];

for (const text of NOT_ADDRESSES) {
  Deno.test(`${JSON.stringify(text)} is no address`, () => {
    assert.equal(parseIp(text), undefined);
  });
}

const RANGES: readonly (readonly [range: string, inside: readonly string[], outside: readonly string[]])[] = [
  ["203.0.113.5", ["203.0.113.5", "::ffff:203.0.113.5"], ["203.0.113.4", "::cb00:7105", "shore.example", ""]],
  ["10.0.0.0/8", ["10.0.0.0", "10.255.255.255"], ["9.255.255.255", "11.0.0.0"]],
  ["192.0.2.128/25", ["192.0.2.128", "192.0.2.255"], ["192.0.2.127"]],
  ["192.0.2.77/30", ["192.0.2.76", "192.0.2.79"], ["192.0.2.75", "192.0.2.80"]],
  ["0.0.0.0/0", ["1.2.3.4"], ["::1", "2001:db8::1"]],
  ["2001:db8::/32", ["2001:db8::", "2001:db8:ffff::1"], ["2001:db9::", "10.0.0.1"]],
  ["::/0", ["::", "2001:db8::1"], ["1.2.3.4", "::ffff:1.2.3.4"]],
  ["::1", ["::1", "0:0:0:0:0:0:0:1"], ["::2", "127.0.0.1"]],
  ["::ffff:10.0.0.0/104", ["10.1.2.3"], ["11.1.2.3"]],
];

for (const [text, inside, outside] of RANGES) {
  Deno.test(`${text} holds ${inside.join(" and ")}, not ${outside.join(" or ")}`, () => {
    const range = parseRange(text);
    assert.ok(range !== undefined);
    assert.equal(range.text, text);
    for (const host of inside) assert.ok(isInRanges([range], host), host);
    for (const host of outside) assert.ok(!isInRanges([range], host), host);
  });
}

for (
  const text of [
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/08",
    "10.0.0.0/",
    "::/129",
    "::ffff:10.0.0.0/95",
    "/8",
    "x/8",
  ]
) {
  Deno.test(`${text} is no block of addresses`, () => {
    assert.equal(parseRange(text), undefined);
  });
}

Deno.test("an empty list of ranges lets nobody in", () => {
  assert.ok(!isInRanges([], "127.0.0.1"));
});

Deno.test("only 127.0.0.0/8 and ::1 are loopback addresses", () => {
  for (const host of ["127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"]) {
    assert.ok(isLoopback(host), host);
  }
  for (const host of ["0.0.0.0", "::", "128.0.0.1", "localhost", ""]) assert.ok(!isLoopback(host), host);
});

const OVERLAPS: readonly (readonly [string, string, boolean])[] = [
  ["127.0.0.1", "127.0.0.1", true],
  ["127.0.0.1", "127.0.0.2", false],
  ["127.0.0.1", "0.0.0.0", true],
  ["0.0.0.0", "0.0.0.0", true],
  ["0.0.0.0", "::1", false],
  ["0.0.0.0", "::", true],
  ["::", "127.0.0.1", true],
  ["::", "::1", true],
  ["::1", "0:0::1", true],
  ["::1", "::2", false],
];

for (const [a, b, expected] of OVERLAPS) {
  Deno.test(`listeners on ${a} and ${b} ${expected ? "get in each other's way" : "get along"}`, () => {
    const [one, other] = [parseIp(a), parseIp(b)];
    assert.ok(one !== undefined && other !== undefined);
    assert.equal(overlap(one, other), expected);
    assert.equal(overlap(other, one), expected);
  });
}

const ipv4 = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 });

Deno.test("a block holds exactly the addresses that share its first bits", () => {
  fc.assert(fc.property(ipv4, ipv4, fc.integer({ min: 0, max: 32 }), (a, b, prefixBits) => {
    const bits = (bytes: number[]) => bytes.map((byte) => byte.toString(2).padStart(8, "0")).join("");
    const range = parseRange(`${a.join(".")}/${prefixBits}`);
    assert.ok(range !== undefined);
    const expected = bits(a).slice(0, prefixBits) === bits(b).slice(0, prefixBits);
    assert.equal(isInRanges([range], b.join(".")), expected);
  }));
});

Deno.test("every address is in the range of itself, however it is written", () => {
  fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
    const range = parseRange(text);
    assert.ok(range !== undefined, text);
    assert.ok(isInRanges([range], text));
  }));
});

Deno.test("no text makes the reader of addresses fail", () => {
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(..."0123456789abcf:./%") }), (text) => {
    const length = parseIp(text)?.bytes.length ?? 4;
    assert.ok(length === 4 || length === 16);
  }));
});
