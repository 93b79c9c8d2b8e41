import { createHash } from "node:crypto";
import { certificateDer } from "./certificate.ts";

/** An element of DER: its whole extent is `start` to `end`, its content `body` to `end`. */
interface Element {
  readonly body: number;
  readonly end: number;
}

/** Hash function by the identifier of a signature or hash algorithm; MD5 and SHA-1 count as SHA-256. */
const hashByAlgorithm: Readonly<Record<string, string>> = {
  "2a864886f70d010104": "sha256", // md5WithRSAEncryption
  "2a864886f70d010105": "sha256", // sha1WithRSAEncryption
  "2a864886f70d01010b": "sha256", // sha256WithRSAEncryption
  "2a864886f70d01010c": "sha384", // sha384WithRSAEncryption
  "2a864886f70d01010d": "sha512", // sha512WithRSAEncryption
  "2a8648ce3d0401": "sha256", // ecdsa-with-SHA1
  "2a8648ce3d040302": "sha256", // ecdsa-with-SHA256
  "2a8648ce3d040303": "sha384", // ecdsa-with-SHA384
  "2a8648ce3d040304": "sha512", // ecdsa-with-SHA512
  "608648016503040201": "sha256",
  "608648016503040202": "sha384",
  "608648016503040203": "sha512",
};
const RSASSA_PSS = "2a864886f70d01010a";

/**
 * Channel-binding data of type `tls-server-end-point`: the hash of the server's certificate, made with the hash
 * function of its signature.
 * @param certificatePem chain; the first certificate is the server's own
 * @returns undefined when the signature has no one hash function (Ed25519), so that nothing can be bound to
 * @see RFC 5929 section 4.1
 */
export function serverEndPointOf(certificatePem: string): Uint8Array | undefined {
  const der = certificateDer(certificatePem);
  const hash = signatureHash(der);
  return hash === undefined ? undefined : new Uint8Array(createHash(hash).update(der).digest());
}

/** `Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }` (RFC 5280 section 4.1). */
function signatureHash(der: Uint8Array): string | undefined {
  const certificate = elementAt(der, 0);
  const signed = elementAt(der, certificate.body);
  const algorithm = elementAt(der, signed.end);
  const identifier = elementAt(der, algorithm.body);
  const name = hex(der, identifier);
  if (name !== RSASSA_PSS) return hashByAlgorithm[name];
  return pssHash(der, elementAt(der, identifier.end));
}

/** `RSASSA-PSS-params ::= SEQUENCE { hashAlgorithm [0] DEFAULT sha1, ... }` (RFC 4055 section 3.1). */
function pssHash(der: Uint8Array, parameters: Element): string | undefined {
  if (parameters.body === parameters.end || der[parameters.body] !== 0xa0) return "sha256";
  const algorithm = elementAt(der, elementAt(der, parameters.body).body);
  return hashByAlgorithm[hex(der, elementAt(der, algorithm.body))];
}

function elementAt(der: Uint8Array, start: number): Element {
  const first = der[start + 1] ?? 0;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const body = start + 2 + lengthBytes;
  let length = lengthBytes === 0 ? first : 0;
  for (let i = start + 2; i < body; i++) length = length * 256 + (der[i] ?? 0);
  if (start + 2 > der.length || body + length > der.length) {
    throw new Error(`Cannot read certificate: element at octet ${start} exceeds its ${der.length} octets`);
  }
  return { body, end: body + length };
}

function hex(der: Uint8Array, { body, end }: Element): string {
  return Array.from(der.subarray(body, end), (octet) => octet.toString(16).padStart(2, "0")).join("");
}
