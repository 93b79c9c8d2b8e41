import { askServer } from "../admin/mod.ts";
import { systemRandom } from "../base/mod.ts";
import { Jid } from "../stanza/mod.ts";
import type { Storage } from "../storage/mod.ts";
import { deriveCredentials } from "../stream/mod.ts";
import { readConfig } from "./configuration.ts";
import { openDatabase } from "./database.ts";
import { CommandError, EXIT, print } from "./exit.ts";
import { readPassword } from "./password.ts";

export interface UserOptions {
  readonly config: string;
  readonly passwordStdin?: boolean;
}

/** `halyard user add JID`: makes an account. */
export async function userAdd(address: string, options: UserOptions): Promise<void> {
  await withAccounts(options, async (storage, domain) => {
    const username = usernameOf(address, domain);
    if (storage.accounts.has(username)) throw new CommandError(`Cannot add ${address}: the account exists`);
    const password = await readPassword(options.passwordStdin === true);
    const made = storage.accounts.create(deriveCredentials(username, password, systemRandom));
    if (!made) throw new CommandError(`Cannot add ${address}: the account exists`);
    print(`added ${username}@${domain}`);
  });
}

/** `halyard user passwd JID`: sets another password. Sessions that are open stay open. */
export async function userPasswd(address: string, options: UserOptions): Promise<void> {
  await withAccounts(options, async (storage, domain) => {
    const username = usernameOf(address, domain);
    if (!storage.accounts.has(username)) {
      throw new CommandError(`Cannot find ${address}: there is no such account`);
    }
    const password = await readPassword(options.passwordStdin === true);
    storage.accounts.update(deriveCredentials(username, password, systemRandom));
    print(`changed the password of ${username}@${domain}`);
  });
}

/** `halyard user remove JID`: removes an account with all it has; its sessions end. */
export async function userRemove(address: string, options: UserOptions): Promise<void> {
  await withAccounts(options, async (storage, domain, dataDirectory) => {
    const username = usernameOf(address, domain);
    if (!storage.accounts.has(username)) {
      throw new CommandError(`Cannot find ${address}: there is no such account`);
    }
    // A running server says goodbye to the contacts first: it needs the roster that goes with the account.
    const done = await askServer(dataDirectory, { command: "account-removed", name: username });
    if (done === undefined) storage.accounts.remove(username);
    print(`removed ${username}@${domain}`);
  });
}

/** `halyard user list`: every account, one a line. */
export async function userList(options: UserOptions): Promise<void> {
  await withAccounts(options, (storage, domain) => {
    for (const username of storage.accounts.list()) print(`${username}@${domain}`);
  });
}

function usernameOf(address: string, domain: string): string {
  const jid = Jid.parse(address.includes("@") ? address : `${address}@${domain}`);
  if (jid === undefined || !jid.isBare || jid.local === "") {
    throw new CommandError(
      `Cannot use ${JSON.stringify(address)}: an account is named NAME@${domain}`,
      EXIT.usage,
    );
  }
  if (jid.domain !== domain) {
    throw new CommandError(`Cannot use ${address}: this server's domain is ${domain}`, EXIT.usage);
  }
  return jid.local;
}

type AccountWork = (storage: Storage, domain: string, dataDirectory: string) => Promise<void> | void;

async function withAccounts(options: UserOptions, work: AccountWork): Promise<void> {
  const config = readConfig(options.config);
  const storage = openDatabase(config.data);
  try {
    await work(storage, config.domain, config.data);
  } finally {
    storage.close();
  }
}
