import assert from "node:assert/strict";
import { formatProblem } from "./fault.ts";
import { checkConfig, loadConfig } from "./load.ts";
import { FILE_SIZE_LIMIT_BYTES } from "./read_file.ts";

/** Runs `work` in a folder of its own that is removed afterwards. */
function inFolder(work: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync({ prefix: "halyard-config-" });
  try {
    work(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** What `check` says of a file with these bytes, without the folder's name. */
function checkOf(bytes: Uint8Array | string): string[] {
  const found: string[] = [];
  inFolder((folder) => {
    Deno.writeFileSync(
      `${folder}/f.yaml`,
      typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes,
    );
    found.push(
      ...checkConfig(`${folder}/f.yaml`).map((problem) =>
        formatProblem(problem).replaceAll(`${folder}/`, "")
      ),
    );
  });
  return found;
}

Deno.test("a good file is loaded, its paths meant from its folder", () => {
  inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/f.yaml`, "domain: ship.example\n");
    const loaded = loadConfig(`${folder}/f.yaml`);
    assert.ok("config" in loaded);
    assert.equal(loaded.config.data, `${folder}/data`);
    assert.deepEqual(checkConfig(`${folder}/f.yaml`), []);
  });
});

Deno.test("a faulty file yields its problems under the name that was given", () => {
  assert.deepEqual(checkOf("domain: a\nlog: 5\n"), [
    "f.yaml:2:6: `log` cannot be the number 5; it takes a section with keys out of: level, format",
  ]);
});

Deno.test("a file that is not there is named with a remedy", () => {
  assert.deepEqual(checkConfig("no/such.yaml").map(formatProblem), [
    "no/such.yaml:1:1: does not exist; check the path",
  ]);
});

Deno.test("a folder is not a file", () => {
  inFolder((folder) => {
    assert.deepEqual(checkConfig(folder).map(formatProblem), [`${folder}:1:1: is a folder; name a file`]);
  });
});

Deno.test("a file that is too large is refused", () => {
  const limit = `is larger than the ${FILE_SIZE_LIMIT_BYTES} bytes allowed`;
  assert.deepEqual(checkOf("#".repeat(FILE_SIZE_LIMIT_BYTES + 1)), [`f.yaml:1:1: ${limit}`]);
  assert.deepEqual(checkOf(`domain: a\n${"#".repeat(FILE_SIZE_LIMIT_BYTES - 10)}`), []);
});

Deno.test({
  name: "a file without an end is not read to its end",
  ignore: Deno.build.os === "windows",
  fn() {
    const limit = `is larger than the ${FILE_SIZE_LIMIT_BYTES} bytes allowed`;
    assert.deepEqual(checkConfig("/dev/zero").map(formatProblem), [`/dev/zero:1:1: ${limit}`]);
  },
});

Deno.test("a file that is not UTF-8 is named with the line", () => {
  const latin1 = Uint8Array.from("domain: a\n# caf\xe9\nlog: {}\n", (c) => c.charCodeAt(0));
  const utf16 = Uint8Array.from("\xff\xfed\0o\0m\0a\0i\0n\0", (c) => c.charCodeAt(0));
  assert.deepEqual(checkOf(latin1), [
    "f.yaml:2:1: this line is not UTF-8; save the file with the encoding UTF-8",
  ]);
  assert.deepEqual(checkOf(utf16), [
    "f.yaml:1:1: this line is not UTF-8; save the file with the encoding UTF-8",
  ]);
});

Deno.test("text beyond ASCII and a byte order mark are fine", () => {
  assert.deepEqual(checkOf("\uFEFFdomain: münchen.example # Käse 🧀\n"), []);
});

Deno.test("a certificate and a key that are named have to be there, and to be what they are called", () => {
  inFolder((folder) => {
    const file = `${folder}/f.yaml`;
    const check = () =>
      checkConfig(file).map((problem) => formatProblem(problem).replaceAll(`${folder}/`, ""));
    const remedy = "or remove `tls` for a self-signed certificate";
    Deno.writeTextFileSync(file, "domain: a\ntls:\n  certificate: c.pem\n  key: k.pem\n");
    Deno.writeTextFileSync(`${folder}/k.pem`, "-----BEGIN ENCRYPTED PRIVATE KEY-----\n");
    assert.deepEqual(check(), [
      `f.yaml:3:16: c.pem does not exist; check the path, ${remedy}`,
      `f.yaml:4:8: k.pem holds no unencrypted private key in PEM form; give such a file, ${remedy}`,
    ]);
    Deno.writeTextFileSync(`${folder}/c.pem`, "-----BEGIN CERTIFICATE-----\n");
    for (const kind of ["", "EC ", "RSA "]) {
      Deno.writeTextFileSync(`${folder}/k.pem`, `-----BEGIN ${kind}PRIVATE KEY-----\n`);
      assert.deepEqual(check(), []);
    }
  });
});

Deno.test("the key of a peer is meant from the file's folder, and has to be one", () => {
  inFolder((folder) => {
    const file = `${folder}/f.yaml`;
    Deno.writeTextFileSync(
      file,
      "domain: a\npeers:\n  b:\n    domains: [b]\n    profile: halyard\n" +
        "    auth: { mode: sign, key_file: b.key }\n    carriers: [{ tcp: { connect: 'b:1' } }]\n",
    );
    const check = () =>
      checkConfig(file).map((problem) => formatProblem(problem).replaceAll(`${folder}/`, ""));
    assert.deepEqual(check(), ["f.yaml:6:35: b.key does not exist; check the path"]);
    Deno.writeTextFileSync(`${folder}/b.key`, "0".repeat(63), { mode: 0o600 });
    assert.deepEqual(check(), [
      "f.yaml:6:35: b.key holds no key: 32 octets in base64url or hexadecimal; halyard key make makes one",
    ]);
    Deno.writeTextFileSync(`${folder}/b.key`, "0".repeat(64));
    assert.deepEqual(check(), []);
    const loaded = loadConfig(file);
    assert.ok("config" in loaded);
    assert.deepEqual(loaded.config.peers.get("b")?.auth, { mode: "sign", keyFile: `${folder}/b.key` });
  });
});
