import assert from "node:assert/strict";
import { base64, seededRandom } from "../../base/mod.ts";
import { deriveCredentials, deriveKeys, fakeKeys, isPassword, SCRAM_ITERATIONS } from "./credentials.ts";
import { decodeBase64 } from "./encoding.ts";

Deno.test("deriveCredentials() makes keys for both hashes, each with a salt of its own", () => {
  const made = deriveCredentials("juliet", "r0m30", seededRandom(1));
  assert.equal(made.username, "juliet");
  assert.equal(made.sha1.storedKey.length, 20);
  assert.equal(made.sha256.storedKey.length, 32);
  assert.notDeepEqual(made.sha1.salt, made.sha256.salt);
  assert.deepEqual(made, deriveCredentials("juliet", "r0m30", seededRandom(1)));
  assert(SCRAM_ITERATIONS >= 4096, "RFC 7677 section 4");
});

Deno.test("deriveCredentials() prepares the password", () => {
  const mapped = deriveCredentials("juliet", "\u2168", seededRandom(1));
  assert.deepEqual(mapped, deriveCredentials("juliet", "IX", seededRandom(1)));
});

for (const [what, password] of [["empty", ""], ["with a control character", "a\u0007"]] as const) {
  Deno.test(`deriveCredentials() throws for a password that is ${what}, and does not quote it`, () => {
    assert.throws(
      () => deriveCredentials("juliet", password, seededRandom(1)),
      { name: "TypeError", message: /^Cannot use the password: it is empty or holds a character/ },
    );
  });
}

Deno.test("deriveKeys() makes the keys behind the example of RFC 5802 section 5", () => {
  const keys = deriveKeys("sha1", "pencil", decodeBase64("QSXCR+Q6sek8bf92") ?? new Uint8Array(0), 4096);
  assert.equal(base64(keys.storedKey), "6dlGYMOdZcOPutkcNY8U2g7vK9Y=");
  assert.equal(base64(keys.serverKey), "D+CSWLOshSulAsxiupA+qs2/fTE=");
});

Deno.test("isPassword() knows the password by its keys", () => {
  const keys = deriveKeys("sha256", "r0m30", Uint8Array.of(1), 4096);
  assert.equal(isPassword("sha256", "r0m30", keys), true);
  assert.equal(isPassword("sha256", "r0m31", keys), false);
});

Deno.test("fakeKeys() depend on the name, the hash and the secret, and look like real ones", () => {
  const secret = Uint8Array.of(1);
  const fake = fakeKeys("sha256", "nurse", secret);
  assert.deepEqual(fakeKeys("sha256", "nurse", secret), fake);
  assert.notDeepEqual(fakeKeys("sha256", "peter", secret).salt, fake.salt);
  assert.notDeepEqual(fakeKeys("sha1", "nurse", secret).salt, fake.salt);
  assert.notDeepEqual(fakeKeys("sha256", "nurse", Uint8Array.of(2)).salt, fake.salt);
  const real = deriveCredentials("juliet", "r0m30", seededRandom(1)).sha256;
  assert.equal(fake.salt.length, real.salt.length);
  assert.equal(fake.iterations, real.iterations);
});
