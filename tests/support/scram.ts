import { Buffer } from "node:buffer";
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from "node:crypto";

/** Salted passwords that were computed already, so that a thousand logins cost one PBKDF2. */
export type SaltedPasswords = Map<string, Buffer>;

export interface ScramOptions {
  /** `SCRAM-SHA-256`, `SCRAM-SHA-1`, or either with `-PLUS`. */
  readonly mechanism: string;
  readonly user: string;
  readonly password: string;
  /** Channel-binding data of type tls-server-end-point; needed for `-PLUS`. */
  readonly serverEndPoint?: Uint8Array;
  readonly salted?: SaltedPasswords;
  /** Replaces the GS2 flag and type, to play a client that was tricked. */
  readonly gs2?: string;
}

/** The client's side of SCRAM (RFC 5802, RFC 7677): written apart from the server's, to check it. */
export class ScramClient {
  readonly #options: ScramOptions;
  readonly #hash: "sha1" | "sha256";
  readonly #nonce = randomBytes(18).toString("base64");
  readonly #gs2: string;
  readonly #firstBare: string;
  #serverSignature: Buffer | undefined;

  constructor(options: ScramOptions) {
    this.#options = options;
    this.#hash = options.mechanism.startsWith("SCRAM-SHA-256") ? "sha256" : "sha1";
    this.#gs2 = options.gs2 ?? (options.mechanism.endsWith("-PLUS") ? "p=tls-server-end-point,," : "n,,");
    const name = options.user.replaceAll("=", "=3D").replaceAll(",", "=2C");
    this.#firstBare = `n=${name},r=${this.#nonce}`;
  }

  /** The initial response, base64. */
  first(): string {
    return Buffer.from(this.#gs2 + this.#firstBare).toString("base64");
  }

  /** The response to the server's challenge, both base64. */
  answer(challenge: string): string {
    const serverFirst = Buffer.from(challenge, "base64").toString();
    const fields = new Map(serverFirst.split(",").map((field) => [field[0], field.slice(2)]));
    const nonce = fields.get("r") ?? "";
    if (!nonce.startsWith(this.#nonce)) throw new Error("Cannot log in: the server changed the nonce");
    const salted = this.#salt(fields.get("s") ?? "", Number(fields.get("i")));
    const binding = Buffer.concat([
      Buffer.from(this.#gs2),
      this.#gs2.startsWith("p=") ? this.#options.serverEndPoint ?? Buffer.alloc(0) : Buffer.alloc(0),
    ]);
    const withoutProof = `c=${binding.toString("base64")},r=${nonce}`;
    const message = `${this.#firstBare},${serverFirst},${withoutProof}`;
    const clientKey = this.#hmac(salted, "Client Key");
    const storedKey = createHash(this.#hash).update(clientKey).digest();
    const signature = this.#hmac(storedKey, message);
    const proof = clientKey.map((octet, index) => octet ^ (signature[index] ?? 0));
    this.#serverSignature = this.#hmac(this.#hmac(salted, "Server Key"), message);
    return Buffer.from(`${withoutProof},p=${Buffer.from(proof).toString("base64")}`).toString("base64");
  }

  /** @throws {Error} when the server does not prove that it knows the keys */
  check(success: string): void {
    const final = Buffer.from(success, "base64").toString();
    const given = Buffer.from(/^v=(.*)$/.exec(final)?.[1] ?? "", "base64");
    const expected = this.#serverSignature;
    if (expected === undefined || given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new Error("Cannot trust the server: its signature is wrong");
    }
  }

  #salt(salt: string, iterations: number): Buffer {
    const { salted, password } = this.#options;
    const key = JSON.stringify([this.#hash, salt, iterations, password]);
    const known = salted?.get(key);
    if (known !== undefined) return known;
    const sizeBytes = this.#hash === "sha256" ? 32 : 20;
    const made = pbkdf2Sync(password, Buffer.from(salt, "base64"), iterations, sizeBytes, this.#hash);
    salted?.set(key, made);
    return made;
  }

  #hmac(key: Uint8Array, text: string): Buffer {
    return createHmac(this.#hash, key).update(text).digest();
  }
}
