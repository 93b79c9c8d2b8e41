import { makeSelfSigned } from "../../src/net/mod.ts";
import { freePorts } from "../support/config.ts";
import { deadline } from "../support/deadline.ts";
import { readLines } from "../support/lines.ts";

const READY_MS = 10_000;
const STOP_MS = 5_000;
/** What it writes once clients, and components, can connect. */
const LISTENS = [/Activated service 'c2s' on \[/, /Activated service 'component' on \[/] as const;

/** What stands on a Prosody. */
export interface ProsodyOptions {
  /** An empty folder for its configuration and its data. */
  readonly directory: string;
  readonly domain: string;
  /** Passwords by the names of accounts. */
  readonly accounts: Readonly<Record<string, string>>;
  /** The domain of its rooms. */
  readonly rooms: string;
  /** The domain that a component of ours may speak for, and with what secret. */
  readonly component: { readonly domain: string; readonly secret: string };
}

/** Whether Prosody is there; else tests that need it are skipped, or fail, as for slixmpp. */
export function canUseProsody(): boolean {
  if (Deno.env.get("HALYARD_REQUIRE_INTEROP") === "1") return true;
  try {
    // It has no flag that only asks.
    const args = ["-c", "command -v prosody"];
    return new Deno.Command("sh", { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** A server that no one here wrote: Debian's Prosody with rooms, in a process of its own. Stopped when its scope ends. */
export class Prosody {
  readonly #child: Deno.ChildProcess;
  readonly #output: Promise<unknown>;
  readonly #log: string[] = [];

  private constructor(
    command: Deno.Command,
    /** Where clients log in, over STARTTLS. */
    readonly clientPort: number,
    /** Where components connect (XEP-0114). */
    readonly componentPort: number,
    onLine: (line: string) => void,
  ) {
    this.#child = command.spawn();
    const keep = (line: string) => {
      this.#log.push(line);
      onLine(line);
    };
    this.#output = Promise.all([readLines(this.#child.stdout, keep), readLines(this.#child.stderr, keep)]);
  }

  /** Starts it and waits until it listens. @throws {Error} with its log, when it ends or does not do so in time */
  static async start(options: ProsodyOptions): Promise<Prosody> {
    const [clientPort = 0, componentPort = 0] = freePorts(2);
    const config = await writeFiles(options, clientPort, componentPort);
    const missing = new Set<RegExp>(LISTENS);
    const ready = Promise.withResolvers<void>();
    const onLine = (line: string) => {
      for (const wanted of missing) if (wanted.test(line)) missing.delete(wanted);
      if (missing.size === 0) ready.resolve();
    };
    const command = new Deno.Command("prosody", {
      args: ["-F", "--config", config],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
    const server = new Prosody(command, clientPort, componentPort, onLine);
    try {
      const ended = server.#child.status.then(({ code }) =>
        Promise.reject(new Error(`it ended with ${code}`))
      );
      await deadline(Promise.race([ready.promise, ended]), READY_MS, "listening Prosody");
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw new Error(`Cannot start Prosody: ${(error as Error).message}\n${server.log}`);
    }
  }

  /** All that it has written so far. */
  get log(): string {
    return this.#log.join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal("SIGTERM");
    try {
      await deadline(this.#child.status, STOP_MS, "end of Prosody");
    } catch {
      this.#signal("SIGKILL");
    }
    await this.#output;
  }

  #signal(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended by itself.
    }
  }
}

/** Writes all that it reads. @returns the configuration */
async function writeFiles(
  options: ProsodyOptions,
  clientPort: number,
  componentPort: number,
): Promise<string> {
  const { directory, domain, accounts } = options;
  const folder = `${directory}/data/${domain.replaceAll(".", "%2e")}/accounts`;
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, password] of Object.entries(accounts)) {
    await Deno.writeTextFile(`${folder}/${name}.dat`, `return { password = ${JSON.stringify(password)} };\n`);
  }
  const { certificatePem, keyPem } = await makeSelfSigned(domain, Date.now());
  await Deno.writeTextFile(`${directory}/certificate.pem`, certificatePem);
  await Deno.writeTextFile(`${directory}/key.pem`, keyPem, { mode: 0o600 });
  const path = `${directory}/prosody.cfg.lua`;
  await Deno.writeTextFile(path, configOf(options, clientPort, componentPort));
  return path;
}

function configOf(
  { directory, domain, rooms, component }: ProsodyOptions,
  clientPort: number,
  componentPort: number,
): string {
  return `
-- Nothing of the installed server is read, written or listened to.
run_as_root = true
pidfile = "${directory}/prosody.pid"
data_path = "${directory}/data"
certificates = "${directory}/data"
log = { { levels = { min = "info" }, to = "stdout" } }
interfaces = { "127.0.0.1" }
c2s_ports = { ${clientPort} }
component_interfaces = { "127.0.0.1" }
component_ports = { ${componentPort} }
modules_enabled = { "disco", "ping", "roster", "saslauth", "tls" }
modules_disabled = { "s2s" }
authentication = "internal_plain"
ssl = { certificate = "${directory}/certificate.pem", key = "${directory}/key.pem" }

VirtualHost "${domain}"

Component "${rooms}" "muc"
  modules_enabled = { "muc_mam" }
  muc_room_locking = false

Component "${component.domain}"
  component_secret = "${component.secret}"
`;
}
