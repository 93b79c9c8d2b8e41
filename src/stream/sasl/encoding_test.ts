import assert from "node:assert/strict";
import { base64 } from "../../base/mod.ts";
import { decodeBase64, decodeUtf8, encodeUtf8 } from "./encoding.ts";

/** RFC 4648 section 10. */
const VECTORS = [
  ["", ""],
  ["f", "Zg=="],
  ["fo", "Zm8="],
  ["foo", "Zm9v"],
  ["foob", "Zm9vYg=="],
  ["fooba", "Zm9vYmE="],
  ["foobar", "Zm9vYmFy"],
] as const;

for (const [text, encoded] of VECTORS) {
  Deno.test(`base64 of "${text}" is "${encoded}"`, () => {
    assert.equal(base64(encodeUtf8(text)), encoded);
    assert.deepEqual(decodeBase64(encoded), encodeUtf8(text));
  });
}

for (const bad of ["Z", "Zg", "Zg=", "Zg===", "=", "Zm9v\n", " Zm9v", "Zm-v", "Zm9vZg==Zm9v", "Zg==="]) {
  Deno.test(`${JSON.stringify(bad)} is no base64`, () => assert.equal(decodeBase64(bad), undefined));
}

Deno.test("decodeUtf8() knows what is not UTF-8, and keeps a byte order mark", () => {
  assert.equal(decodeUtf8(Uint8Array.of(0xc3, 0xa9)), "é");
  assert.equal(decodeUtf8(Uint8Array.of(0xc3)), undefined);
  assert.equal(decodeUtf8(Uint8Array.of(0xef, 0xbb, 0xbf)), "\ufeff");
});
