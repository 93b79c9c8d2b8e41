/** For tests only: the client's side of SCRAM, written against RFC 5802 and not against the server's code. */
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";

export interface ScramScriptOptions {
  readonly hash: "sha1" | "sha256";
  readonly username: string;
  readonly password: string;
  readonly clientNonce: string;
  readonly serverNonce: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
  /** The nonce in the final message, for a client that changes it; both nonces together unless given. */
  readonly finalNonce?: string;
  /** `n,,` unless given. */
  readonly gs2Header?: string;
  readonly channelBinding?: Uint8Array;
}

/** The four messages of a handshake that succeeds, in the clear. */
export interface ScramScript {
  readonly first: string;
  readonly challenge: string;
  readonly final: string;
  readonly success: string;
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

export function scramScript(options: ScramScriptOptions): ScramScript {
  const { hash, password, salt, iterations, gs2Header = "n,," } = options;
  const hmac = (key: Uint8Array, text: string) => createHmac(hash, key).update(text).digest();
  const bare = `n=${options.username},r=${options.clientNonce}`;
  const nonce = options.clientNonce + options.serverNonce;
  const challenge = `r=${nonce},s=${base64(salt)},i=${iterations}`;
  const binding = [...new TextEncoder().encode(gs2Header), ...options.channelBinding ?? []];
  const withoutProof = `c=${base64(Uint8Array.from(binding))},r=${options.finalNonce ?? nonce}`;
  const transcript = `${bare},${challenge},${withoutProof}`;
  const salted = pbkdf2Sync(password, salt, iterations, hash === "sha1" ? 20 : 32, hash);
  const clientKey = hmac(salted, "Client Key");
  const signature = hmac(createHash(hash).update(clientKey).digest(), transcript);
  const proof = clientKey.map((byte, index) => byte ^ (signature[index] ?? 0));
  const verifier = hmac(hmac(salted, "Server Key"), transcript);
  return {
    first: `${gs2Header}${bare}`,
    challenge,
    final: `${withoutProof},p=${base64(proof)}`,
    success: `v=${base64(verifier)}`,
  };
}
