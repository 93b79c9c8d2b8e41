import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { systemFrameCrypto as own } from "./frame_crypto.ts";

function octets(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

Deno.test("HKDF-SHA-256 as in RFC 5869, test case 1", () => {
  assert.deepEqual(
    own.derive(
      octets("0b".repeat(22)),
      octets("000102030405060708090a0b0c"),
      octets("f0f1f2f3f4f5f6f7f8f9"),
      42,
    ),
    octets("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"),
  );
});

Deno.test("HMAC-SHA-256 as in RFC 4231, test case 2, in whatever parts", () => {
  const text = new TextEncoder().encode("what do ya want for nothing?");
  const mac = octets("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  const key = new TextEncoder().encode("Jefe");
  for (let cut = 0; cut <= text.length; cut++) {
    assert.deepEqual(own.mac(key, [text.subarray(0, cut), text.subarray(cut)]), mac);
  }
});

Deno.test("AES-256-CTR as in NIST SP 800-38A, F.5.5, and back", () => {
  const key = octets("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
  const iv = octets("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");
  const clear = octets("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
  const sealed = octets("601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5");
  assert.deepEqual(own.cipher(key, iv, clear), sealed);
  assert.deepEqual(own.cipher(key, iv, sealed), clear);
  assert.deepEqual(own.cipher(key, iv, clear.subarray(0, 5)), sealed.subarray(0, 5));
  assert.deepEqual(own.cipher(key, iv, new Uint8Array(0)), new Uint8Array(0));
});

Deno.test("the same octets are equal, others and other lengths are not", () => {
  assert.ok(own.isEqual(octets("0102"), octets("0102")));
  assert.ok(!own.isEqual(octets("0102"), octets("0103")));
  assert.ok(!own.isEqual(octets("0102"), octets("010200")));
});

Deno.test("the primitives are those of Web Crypto", async () => {
  const key = crypto.getRandomValues(new Uint8Array(32));
  const iv = crypto.getRandomValues(new Uint8Array(16));
  iv.fill(0, 12);
  const text = crypto.getRandomValues(new Uint8Array(200));
  const algorithm = { name: "AES-CTR", counter: iv, length: 32 };
  const aes = await crypto.subtle.importKey("raw", key, "AES-CTR", false, ["encrypt"]);
  assert.deepEqual(
    own.cipher(key, iv, text),
    new Uint8Array(await crypto.subtle.encrypt(algorithm, aes, text)),
  );
  const hmac = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  assert.deepEqual(own.mac(key, [text]), new Uint8Array(await crypto.subtle.sign("HMAC", hmac, text)));
  const hkdf = await crypto.subtle.importKey("raw", key, "HKDF", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits(
    { name: "HKDF", hash: "SHA-256", salt: iv, info: text },
    hkdf,
    256,
  );
  assert.deepEqual(own.derive(key, iv, text, 32), new Uint8Array(bits));
});
