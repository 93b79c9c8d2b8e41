import { Jid } from "../../stanza/mod.ts";
import { type AccountKeys, type CredentialSource, fakeKeys, type ScramKeys } from "./credentials.ts";
import type { ScramHash } from "./digest.ts";
import { failure, type SaslFailure } from "./mechanism.ts";
import { prepareUsername } from "./saslprep.ts";

/** Whom a client claims to be, and what a proof of it is checked against. */
export interface Claim {
  /** The localpart of the account, prepared. */
  readonly username: string;
  /** Whether there is such an account. When not, `keys` are fake ones and no proof counts. */
  readonly known: boolean;
  readonly keys: ScramKeys;
}

/**
 * Looks up the account that a client names, and checks that it asks to act as that account and no other (RFC
 * 6120 section 6.3.8). A name that no account can have is treated like one that none has.
 * @param username as the client wrote it
 * @param authzid the authorization identity; empty when the client gave none
 */
export function lookUp(
  accounts: CredentialSource,
  domain: string,
  hash: ScramHash,
  username: string,
  authzid: string,
): Claim | SaslFailure {
  const prepared = prepareUsername(username);
  if (prepared === undefined) return failure("malformed-request", "SASLprep prohibits the username");
  const account = accountOf(prepared, domain);
  if (authzid !== "" && (account === undefined || Jid.parse(authzid)?.equals(account) !== true)) {
    return failure("invalid-authzid", "An account can act for itself only");
  }
  const keys = account === undefined ? undefined : accounts.credentials(account.local);
  if (keys === "unavailable") return failure("temporary-auth-failure");
  return claimOf(account?.local ?? prepared, keys, hash, accounts.fakeSecret);
}

function claimOf(
  username: string,
  keys: AccountKeys | undefined,
  hash: ScramHash,
  fakeSecret: Uint8Array,
): Claim {
  if (keys === undefined) return { username, known: false, keys: fakeKeys(hash, username, fakeSecret) };
  return { username, known: true, keys: keys[hash] };
}

/** The bare JID of the account with that name; undefined when the name is no localpart. */
function accountOf(username: string, domain: string): Jid | undefined {
  const jid = Jid.parse(`${username}@${domain}`);
  // A name with "@" or "/" in it would be read as another address.
  return jid !== undefined && jid.local !== "" && jid.domain === domain && jid.isBare ? jid : undefined;
}
