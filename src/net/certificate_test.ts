import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { X509Certificate } from "node:crypto";
import { certificateDer, checkIdentity, fingerprintOf, makeSelfSigned } from "./certificate.ts";

const NOW_MS = Date.UTC(2026, 6, 1, 12);

Deno.test("a self-signed certificate names the domain and lasts ten years, from the day before", async () => {
  const { certificatePem } = await makeSelfSigned("ship.example", NOW_MS);
  const certificate = new X509Certificate(certificatePem);
  assert.equal(certificate.subject, "CN=ship.example");
  assert.equal(certificate.issuer, "CN=ship.example");
  const dnsName = Buffer.from("\x82\x0cship.example", "latin1"); // [2] dNSName, 12 octets
  assert.ok(Buffer.from(certificateDer(certificatePem)).includes(dnsName));
  assert.equal(Date.parse(certificate.validFrom), Date.UTC(2026, 5, 30, 12));
  assert.equal(Date.parse(certificate.validTo), Date.UTC(2036, 5, 30, 12));
  assert.equal(certificate.publicKey.asymmetricKeyType, "ec");
});

Deno.test("a self-signed certificate fits its key, and no other", async () => {
  const one = await makeSelfSigned("ship.example", NOW_MS);
  const other = await makeSelfSigned("ship.example", NOW_MS);
  checkIdentity(one);
  assert.throws(
    () => checkIdentity({ ...one, keyPem: other.keyPem }),
    /the key is not that of the certificate/,
  );
  for (
    const broken of [{ ...one, keyPem: "" }, { ...one, certificatePem: "" }, {
      ...one,
      keyPem: one.certificatePem,
    }]
  ) {
    assert.throws(() => checkIdentity(broken), /^Error: Cannot use TLS certificate and key: /);
  }
});

Deno.test("a domain name cannot smuggle in other names", async () => {
  const { certificatePem } = await makeSelfSigned("ship.example, O=Fleet", NOW_MS);
  assert.doesNotMatch(new X509Certificate(certificatePem).subject, /^O=Fleet$/m);
});

Deno.test("the fingerprint is that which OpenSSL shows, in lower case and without colons", async () => {
  const { certificatePem } = await makeSelfSigned("ship.example", NOW_MS);
  const shown = new X509Certificate(certificatePem).fingerprint256;
  assert.equal(fingerprintOf(certificatePem), shown.replaceAll(":", "").toLowerCase());
  assert.match(fingerprintOf(certificatePem), /^[0-9a-f]{64}$/);
});

Deno.test("text around a certificate does not matter, a file without one is refused", async () => {
  const { certificatePem, keyPem } = await makeSelfSigned("ship.example", NOW_MS);
  assert.equal(
    fingerprintOf(`${keyPem}subject=CN = ship.example\r\n${certificatePem}`),
    fingerprintOf(certificatePem),
  );
  assert.throws(() => fingerprintOf(keyPem), /no PEM certificate/);
});
