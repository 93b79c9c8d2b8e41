import { Buffer } from "node:buffer";
import { createHash, createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { errorText } from "../base/mod.ts";
import type { TlsIdentity } from "./transport.ts";

const CERTIFICATE = /-----BEGIN CERTIFICATE-----([\sA-Za-z0-9+/=]+)-----END CERTIFICATE-----/;
const DAY_MS = 24 * 60 * 60_000;
const VALID_DAYS = 3_653;

/**
 * The first certificate of a PEM file, as DER.
 * @throws {Error} when there is none
 */
export function certificateDer(certificatePem: string): Uint8Array {
  const base64 = CERTIFICATE.exec(certificatePem)?.[1];
  if (base64 === undefined) throw new Error("Cannot read certificate: no PEM certificate in it");
  return new Uint8Array(Buffer.from(base64, "base64"));
}

/**
 * Fingerprint of the first certificate of a PEM file: SHA-256 of its DER form, 64 hexadecimal digits in lower case.
 * @throws {Error} when there is none
 */
export function fingerprintOf(certificatePem: string): string {
  return derFingerprint(certificateDer(certificatePem));
}

/** The same for a certificate in DER. */
export function derFingerprint(der: Uint8Array): string {
  return createHash("sha256").update(der).digest("hex");
}

/**
 * Makes sure, before clients are let in, that the certificate can be read and that the key belongs to it.
 * @throws {Error} when not
 */
export function checkIdentity({ certificatePem, keyPem }: TlsIdentity): void {
  const form = { type: "spki", format: "der" } as const;
  let certified: Buffer;
  let held: Buffer;
  try {
    certified = new X509Certificate(certificatePem).publicKey.export(form);
    held = createPublicKey(createPrivateKey(keyPem)).export(form);
  } catch (error) {
    throw new Error(`Cannot use TLS certificate and key: ${errorText(error)}`, { cause: error });
  }
  if (!certified.equals(held)) {
    throw new Error("Cannot use TLS certificate and key: the key is not that of the certificate");
  }
}

/**
 * A new key (ECDSA, P-256) and a certificate for it that it has signed itself. Common name and dNSName are `domain`.
 * @param nowMs valid from one day before, in case a client's clock is late, for ten years
 */
export async function makeSelfSigned(domain: string, nowMs: number): Promise<TlsIdentity> {
  const x509 = await loadX509();
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [domain] }],
    notBefore: new Date(nowMs - DAY_MS),
    notAfter: new Date(nowMs + (VALID_DAYS - 1) * DAY_MS),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      new x509.SubjectAlternativeNameExtension([{ type: "dns", value: domain }]),
    ],
  }, crypto);
  const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    certificatePem: certificate.toString("pem") + "\n",
    keyPem: x509.PemConverter.encode(key, "PRIVATE KEY") + "\n",
  };
}

/** Loaded here because it is needed once in the life of a server and would slow down every start. */
function loadX509() {
  // One of its own dependencies refuses to load without these two functions of the `reflect-metadata` package, and
  // then only asks them for what nobody has stored.
  if (!("getMetadata" in Reflect)) {
    Object.assign(Reflect, { getMetadata: () => undefined, getOwnMetadata: () => undefined });
  }
  return import("@peculiar/x509");
}
