import type { RandomSource } from "../../base/mod.ts";
import { digest, equalSecrets, hmac, type ScramHash, stretch } from "./digest.ts";
import { preparePassword } from "./saslprep.ts";

/** Rounds of the password hash for new passwords; RFC 7677 section 4 asks for 4,096 at least. */
export const SCRAM_ITERATIONS = 10_000;
/** Octets of random salt for each hash of a new password. */
const SALT_SIZE_BYTES = 16;

/**
 * What is kept of a password for one hash (RFC 5802 section 3): enough to check it, not enough to log in
 * with.
 */
export interface ScramKeys {
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

/** The keys of one account, for both hashes. */
export interface AccountKeys {
  readonly sha1: ScramKeys;
  readonly sha256: ScramKeys;
}

/** The keys of one account with its name. */
export interface Credentials extends AccountKeys {
  /** As given. */
  readonly username: string;
}

/** Where the keys of accounts come from. */
export interface CredentialSource {
  /**
   * @param username the localpart, prepared
   * @returns undefined when there is no such account; `"unavailable"` when that cannot be told at the moment,
   * which the client hears as `temporary-auth-failure`
   */
  credentials(username: string): AccountKeys | "unavailable" | undefined;
  /**
   * A secret of the server, the same over restarts. Salts for names without an account are made with it: they
   * look like real ones and stay the same, so that nobody can find out which accounts exist.
   */
  readonly fakeSecret: Uint8Array;
}

/**
 * The keys to keep for a new password.
 * @param username the account's localpart, prepared
 * @throws {TypeError} when the password holds a character that SASLprep (RFC 4013) prohibits, or is empty
 */
export function deriveCredentials(username: string, password: string, random: RandomSource): Credentials {
  const prepared = preparePassword(password);
  if (prepared === undefined) {
    throw new TypeError("Cannot use the password: it is empty or holds a character that SASLprep prohibits");
  }
  const derive = (hash: ScramHash) =>
    deriveKeys(hash, prepared, random.bytes(SALT_SIZE_BYTES), SCRAM_ITERATIONS);
  return { username, sha1: derive("sha1"), sha256: derive("sha256") };
}

/** The keys for a prepared password, a salt and a number of iterations (RFC 5802 section 3). */
export function deriveKeys(
  hash: ScramHash,
  password: string,
  salt: Uint8Array,
  iterations: number,
): ScramKeys {
  const salted = stretch(hash, password, salt, iterations);
  const storedKey = digest(hash, hmac(hash, salted, "Client Key"));
  return { salt, iterations, storedKey, serverKey: hmac(hash, salted, "Server Key") };
}

/** Whether `keys` were made of this password; takes as long for a wrong one. */
export function isPassword(hash: ScramHash, password: string, keys: ScramKeys): boolean {
  const { storedKey } = deriveKeys(hash, password, keys.salt, keys.iterations);
  return equalSecrets(storedKey, keys.storedKey);
}

/** Keys for a name without an account: always the same for that name, and of no known password. */
export function fakeKeys(hash: ScramHash, username: string, secret: Uint8Array): ScramKeys {
  const make = (purpose: string) => hmac("sha256", secret, `${purpose} ${hash} ${username}`);
  return {
    salt: make("salt").slice(0, SALT_SIZE_BYTES),
    iterations: SCRAM_ITERATIONS,
    storedKey: digest(hash, make("stored key")),
    serverKey: digest(hash, make("server key")),
  };
}
