import { join } from "node:path";
import { type ControlRequest, ControlServer } from "../admin/mod.ts";
import {
  errorText,
  guardedClock,
  type Log,
  systemClock,
  systemRandom,
  Turn,
  unreachable,
} from "../base/mod.ts";
import { type Config, readKeyFile } from "../config/mod.ts";
import { makeSelfSigned, systemNetwork, type TlsIdentity } from "../net/mod.ts";
import { Server } from "../server.ts";
import { openStorage } from "../storage/mod.ts";
import { databasePath } from "./database.ts";
import { CommandError, EXIT } from "./exit.ts";
import { lockDataDirectory } from "./lock.ts";
import { VERSION } from "./version.ts";

const CERTIFICATE_FILE = "certificate.pem";
const KEY_FILE = "key.pem";

/** A server with everything it stands on. */
export interface RunningServer {
  readonly server: Server;
  /** Resolves, with the cause, when the server can no longer keep its promises and has to stop. */
  readonly failed: Promise<unknown>;
  /** Ends everything in good order; once the server has failed, without another word to anyone. */
  stop(): Promise<void>;
}

/**
 * Starts a server on this machine: data directory, certificate, database, listeners, control door.
 * @throws {Error} when something of that cannot be had; what was opened is closed again
 */
export async function startServer(config: Config, log: Log): Promise<RunningServer> {
  await using opened = new AsyncDisposableStack();
  const lock = lockDataDirectory(config.data);
  opened.defer(() => lock.release());

  const tls = await tlsIdentity(config, log);
  const linkKeys = readLinkKeys(config);
  const { promise: failed, resolve: fail } = Promise.withResolvers<unknown>();
  const turn = new Turn(
    (error) => {
      log.error("commit failed: stopping, since nothing more can be promised", { error: errorText(error) });
      fail(error);
    },
    (error) => log.error("flush failed", { error: errorText(error) }),
  );
  const storage = openStorage({ path: databasePath(config.data), turn });
  opened.defer(() => storage.close());

  const clock = guardedClock(systemClock, log);
  const shared = { log, clock, random: systemRandom };
  const network = systemNetwork(log, clock);
  const server = new Server({ ...shared, config, network, storage, turn, tls, linkKeys, version: VERSION });
  opened.defer(() => turn.failed ? server.abort() : server.stop());
  await server.start();

  const control = new ControlServer(
    { ...shared, dataDirectory: config.data },
    (request) => answer(server, request),
  );
  opened.defer(() => control.stop());
  control.start();

  const running = opened.move();
  return { server, failed, stop: () => running.disposeAsync() };
}

function answer(server: Server, request: ControlRequest): unknown {
  const { command, name = "" } = request;
  switch (command) {
    case "status":
      return server.status();
    case "account-removed":
      return server.removeAccount(name);
    case "link-up":
      server.links.setMode(name, "up");
      return true;
    case "link-down":
      server.links.setMode(name, "down");
      return true;
    case "link-quiet":
      server.links.setMode(name, "quiet");
      return true;
    case "link-flush":
      return server.links.flush(name);
    case "link-recent":
      return server.links.recentXml(name) ?? null;
    default:
      return unreachable(command);
  }
}

/** The configured certificate, or the self-signed one that is made at the first start and kept in `data`. */
async function tlsIdentity(config: Config, log: Log): Promise<TlsIdentity> {
  if (config.tls !== undefined) {
    return { certificatePem: readPem(config.tls.certificate), keyPem: readPem(config.tls.key) };
  }
  const certificateFile = join(config.data, CERTIFICATE_FILE);
  const keyFile = join(config.data, KEY_FILE);
  try {
    return { certificatePem: Deno.readTextFileSync(certificateFile), keyPem: Deno.readTextFileSync(keyFile) };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const made = await makeSelfSigned(config.domain, systemClock.nowMs());
  Deno.writeTextFileSync(keyFile, made.keyPem, { mode: 0o600 });
  Deno.writeTextFileSync(certificateFile, made.certificatePem);
  log.info("made a self-signed certificate", { file: certificateFile });
  return made;
}

/** The keys of the peers that have `auth`, by the peers' names. */
function readLinkKeys({ peers }: Config): ReadonlyMap<string, Uint8Array> {
  const keys = new Map<string, Uint8Array>();
  for (const [name, { auth }] of peers) {
    if (auth === undefined) continue;
    const read = readKeyFile(auth.keyFile);
    if ("why" in read) {
      throw new CommandError(`Cannot use the key of peer ${name}: ${auth.keyFile} ${read.why}`, EXIT.usage);
    }
    keys.set(name, read.key);
  }
  return keys;
}

function readPem(file: string): string {
  try {
    return Deno.readTextFileSync(file);
  } catch (error) {
    throw new CommandError(`Cannot read ${file}: ${errorText(error)}`, EXIT.usage);
  }
}
