import assert from "node:assert/strict";
import { keyFingerprint, keyText, parseKey, readKeyFile } from "./key_file.ts";

const KEY = Uint8Array.from({ length: 32 }, (_, index) => index);
const HEX = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const BASE64URL = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/** Runs `work` with the path of a file that is removed afterwards. */
function withFile(text: string, mode: number, work: (path: string) => void): void {
  const path = Deno.makeTempFileSync({ prefix: "halyard-key-" });
  try {
    Deno.writeTextFileSync(path, text);
    if (Deno.build.os !== "windows") Deno.chmodSync(path, mode);
    work(path);
  } finally {
    Deno.removeSync(path);
  }
}

Deno.test("a key is read in both forms, in either case, with white space around it", () => {
  for (const text of [HEX, HEX.toUpperCase(), BASE64URL, `${HEX}\n`, ` ${BASE64URL}\r\n`, keyText(KEY)]) {
    assert.deepEqual(parseKey(text), KEY, text);
  }
  assert.equal(keyText(KEY), `${BASE64URL}\n`);
});

for (
  const text of [
    "",
    HEX.slice(2),
    `${HEX}00`,
    BASE64URL.slice(1),
    `${BASE64URL}=`,
    BASE64URL.replace("A", "+"),
    BASE64URL.replace("A", " "),
    `${HEX}\n${HEX}`,
  ]
) {
  Deno.test(`no key: ${JSON.stringify(text)}`, () => assert.equal(parseKey(text), undefined));
}

Deno.test("the fingerprint is that of the specification", () => {
  assert.equal(keyFingerprint(KEY), "81d1 944d e4e6 3218");
  const page = Deno.readTextFileSync(new URL("../../docs/link-authentication.md", import.meta.url));
  assert.ok(page.includes(`Fingerprint of the key: \`${keyFingerprint(KEY)}\``));
});

Deno.test("a file gives its key, or says why it has none", () => {
  withFile(BASE64URL, 0o600, (path) => assert.deepEqual(readKeyFile(path), { key: KEY }));
  withFile(BASE64URL, 0o640, (path) => assert.deepEqual(readKeyFile(path), { key: KEY }));
  withFile("secret", 0o600, (path) => {
    const why = "holds no key: 32 octets in base64url or hexadecimal; halyard key make makes one";
    assert.deepEqual(readKeyFile(path), { why });
  });
  assert.deepEqual(readKeyFile("no/such.key"), { why: "does not exist; check the path" });
});

Deno.test({
  name: "a file that others may use is refused, whatever they may do with it",
  ignore: Deno.build.os === "windows",
  fn() {
    const why = "may be used by every user of this machine; chmod 600 it";
    for (const mode of [0o604, 0o602, 0o644, 0o666]) {
      withFile(BASE64URL, mode, (path) => assert.deepEqual(readKeyFile(path), { why }));
    }
  },
});
