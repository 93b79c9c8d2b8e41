import { type CredentialSource, isPassword } from "./credentials.ts";
import { decodeUtf8 } from "./encoding.ts";
import { lookUp } from "./identity.ts";
import { failure, type Mechanism, type SaslStep } from "./mechanism.ts";
import { preparePassword } from "./saslprep.ts";

/** The keys that a password is checked against: those of the stronger hash. */
const HASH = "sha256";

/** PLAIN (RFC 4616): the password itself. Only for streams on which nobody can listen. */
export class Plain implements Mechanism {
  readonly #accounts: CredentialSource;
  readonly #domain: string;

  constructor(accounts: CredentialSource, domain: string) {
    this.#accounts = accounts;
    this.#domain = domain;
  }

  respond(message: Uint8Array): SaslStep {
    const [authzid, username, password, ...more] = decodeUtf8(message)?.split("\0") ?? [];
    if (authzid === undefined || !username || !password || more.length > 0) {
      return failure("malformed-request", "Not a message of PLAIN");
    }
    const claim = lookUp(this.#accounts, this.#domain, HASH, username, authzid);
    if ("condition" in claim) return claim;
    const prepared = preparePassword(password);
    // Checked even when there is no such account, so that the answer takes as long.
    const right = prepared !== undefined && isPassword(HASH, prepared, claim.keys);
    if (!right || !claim.known) return failure("not-authorized");
    return { kind: "success", username: claim.username, data: undefined };
  }
}
