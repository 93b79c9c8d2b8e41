import { addUser, HalyardProcess, ROOT } from "../support/process.ts";
import { readLines } from "../support/lines.ts";
import { pickPorts, type Site, writeSite } from "../support/config.ts";
import type { SaltedPasswords } from "../support/scram.ts";
import { type Login, XmppClient } from "../support/xmpp_client.ts";
import { echo, pipeline, type Round } from "./load.ts";

const PASSWORD = "secret";
/** The idle clients are shared out among so many accounts: a client sees the others of its own account come. */
const ACCOUNTS = 25;
const LOGINS_AT_ONCE = 20;

/** A server's site with two accounts, open to many clients from one address. */
export async function benchSite(directory: string): Promise<Site> {
  const site = await writeSite(directory, "ship.example", pickPorts(), {
    limits: { connections_per_address: 2_000, sessions_per_account: 1_000 },
    log: { level: "warn", format: "text" },
  });
  const users = ["alice", "bob", ...Array.from({ length: ACCOUNTS }, (_, number) => `user${number}`)];
  for (const user of users) await addUser(site.configPath, `${user}@ship.example`, PASSWORD);
  return site;
}

/** Start to `ready`, and memory then. */
export async function measureStart(site: Site): Promise<{ readyMs: number; residentSizeBytes: number }> {
  await using server = await HalyardProcess.start(site.configPath);
  return { readyMs: server.readyAfterMs, residentSizeBytes: await server.residentSizeBytes() };
}

/**
 * Memory that `clients` logged-in, available and silent clients take, each. As many have come and gone before, so
 * that the room which the engine takes for its work is not counted as theirs.
 */
export async function measureIdle(site: Site, clients: number): Promise<{ perClientSizeBytes: number }> {
  await using server = await HalyardProcess.start(site.configPath);
  const salted = new Map();
  const crowd = async () => {
    const open: XmppClient[] = [];
    while (open.length < clients) open.push(...await loginSome(site, open.length, clients, salted));
    await Promise.all(open.map((client) => client.ping()));
    return open;
  };
  for (const client of await crowd()) await client.close();
  const before = await server.residentSizeBytes();
  const open = await crowd();
  const after = await server.residentSizeBytes();
  for (const client of open) await client[Symbol.asyncDispose]();
  return { perClientSizeBytes: (after - before) / clients };
}

function loginSome(site: Site, from: number, to: number, salted: SaltedPasswords): Promise<XmppClient[]> {
  const logins = Array.from({ length: Math.min(LOGINS_AT_ONCE, to - from) }, (_, number) => {
    const user = `user${(from + number) % ACCOUNTS}`;
    return login(site, { user, password: PASSWORD, salted });
  });
  return Promise.all(logins);
}

/** Rounds of pipelined messages between two local clients, and the server's processor time for each message. */
export async function measureMessages(
  site: Site,
  messages: number,
  rounds: number,
): Promise<{ rounds: Round[]; processorMs: number; residentSizeBytes: number }> {
  await using server = await HalyardProcess.start(site.configPath);
  await using alice = await login(site, { user: "alice", password: PASSWORD });
  await using bob = await login(site, { user: "bob", password: PASSWORD });
  await pipeline(alice, bob, messages);
  const beforeMs = await server.processorMs();
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round++) measured.push(await pipeline(alice, bob, messages));
  const processorMs = (await server.processorMs() - beforeMs) / (rounds * messages);
  return { rounds: measured, processorMs, residentSizeBytes: await server.residentSizeBytes() };
}

/** The same bytes through a process that only echoes them. */
export async function measureEcho(messages: number, rounds: number): Promise<Round[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-A", `${ROOT}tests/bench/echo_server.ts`],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const port = Promise.withResolvers<number>();
  const output = readLines(child.stdout, (line) => port.resolve(Number(line)));
  try {
    const at = await port.promise;
    await echo(at, messages);
    const measured: Round[] = [];
    for (let round = 0; round < rounds; round++) measured.push(await echo(at, messages));
    return measured;
  } finally {
    child.kill("SIGKILL");
    await child.status;
    await output;
  }
}

async function login(site: Site, who: Login): Promise<XmppClient> {
  const client = await XmppClient.login({ port: site.ports.plaintext, domain: site.domain }, who);
  await client.send("<presence/>");
  return client;
}
