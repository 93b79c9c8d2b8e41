import assert from "node:assert/strict";
import fc from "fast-check";
import { ENDPOINT_PATTERN, endpointText, parseConnect, parseEndpoint, parseListen } from "./endpoint.ts";

const GOOD: readonly (readonly [string, string, number])[] = [
  ["0.0.0.0:5222", "0.0.0.0", 5222],
  ["[::]:5222", "::", 5222],
  ["[2001:DB8::1]:65535", "2001:db8::1", 65_535],
  ["203.0.113.5:1", "203.0.113.5", 1],
  ["shore.example:5270", "shore.example", 5270],
  ["Shore_1.example:5270", "shore_1.example", 5270],
  ["localhost:5270", "localhost", 5270],
  ["127.0.0.1:0", "127.0.0.1", 0],
];

for (const [text, host, port] of GOOD) {
  Deno.test(`${text} is port ${port} of ${host}`, () => {
    assert.deepEqual(parseEndpoint(text), { host, port });
    assert.match(text, ENDPOINT_PATTERN);
  });
}

const BAD = [
  "",
  "5222",
  ":5222",
  "0.0.0.0",
  "0.0.0.0:",
  "0.0.0.0:65536",
  "0.0.0.0:-1",
  "0.0.0.0:5222 ",
  "0.0.0.0:52 22",
  "256.0.0.1:5222",
  "1.2.3:5222",
  "::1:5222",
  "[::1]",
  "[::1:5222",
  "[127.0.0.1]:5222",
  "[shore.example]:5222",
  "shore..example:5222",
  "-shore.example:5222",
  "shore.example.:5222",
  "sh ore:5222",
  `${"a".repeat(64)}:5222`,
  `${"a.".repeat(127)}ab:5222`,
];

for (const text of BAD) {
  Deno.test(`${JSON.stringify(text.slice(0, 30))} is no address with a port`, () => {
    assert.equal(parseEndpoint(text), undefined);
  });
}

Deno.test("a listener takes an IP address and any port, a call a name too but not port 0", () => {
  assert.deepEqual(parseListen("127.0.0.1:0"), { host: "127.0.0.1", port: 0 });
  assert.equal(parseListen("localhost:5222"), undefined);
  assert.deepEqual(parseConnect("localhost:5222"), { host: "localhost", port: 5222 });
  assert.equal(parseConnect("127.0.0.1:0"), undefined);
});

Deno.test("what is read is written the same again", () => {
  const host = fc.oneof(fc.ipV4(), fc.ipV6().map((text) => `[${text}]`), fc.domain());
  fc.assert(fc.property(host, fc.integer({ min: 0, max: 65_535 }), (host, port) => {
    const text = `${host}:${port}`.toLowerCase();
    const endpoint = parseEndpoint(text);
    assert.ok(endpoint !== undefined, text);
    assert.equal(endpointText(endpoint), text);
  }));
});
