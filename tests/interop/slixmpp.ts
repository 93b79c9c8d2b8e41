import { PASSWORD, type ShipAndShore, type Side } from "./ship_and_shore.ts";
import { deadline } from "../support/deadline.ts";
import { readLines } from "../support/lines.ts";
import { ROOT } from "../support/process.ts";
import { Waiting } from "../support/waiting.ts";

/** Debian's Python, for which `apt-get install python3-slixmpp` installs; another one may be first on the path. */
const PYTHON = Deno.env.get("HALYARD_PYTHON") ?? "/usr/bin/python3";
const WAIT_MS = 30_000;
const EXIT_MS = 5_000;

/** Something a client saw; which fields there are depends on `event`. */
export interface ClientEvent {
  readonly event: string;
  readonly n?: number;
  readonly why?: string;
  readonly condition?: string;
  readonly jid?: string;
  readonly tls?: string;
  readonly mechanism?: string;
  readonly sender?: string;
  readonly kind?: string;
  readonly id?: string;
  readonly body?: string;
  /** The id that a receipt, or a correction, names. */
  readonly about?: string | null;
  /** `message`, or `signal` without a body: the attributes `id` of its children, by their names. */
  readonly ids?: Readonly<Record<string, string>>;
  /** The same, and the message's own, of one that an archive forwards. */
  readonly archived?: Readonly<Record<string, string>> | null;
  readonly delay?: string | null;
  readonly show?: string;
  readonly status?: string;
  readonly priority?: number;
  /** Of an occupant of a room. */
  readonly role?: string;
  readonly items?: readonly RosterItem[];
  readonly name?: string;
  readonly identities?: readonly (readonly [string, string])[];
  readonly features?: readonly string[];
}

export interface RosterItem {
  readonly jid: string;
  readonly subscription: string;
  /** Of a roster push only. */
  readonly ask?: string | null;
  readonly name: string | null;
}

/** How to log in. */
export interface SlixmppLogin {
  readonly jid: string;
  readonly password: string;
  readonly port: number;
  /** STARTTLS unless given. */
  readonly tls?: "direct";
  /** File with the certificate to trust; any certificate will do when absent. */
  readonly ca?: string;
  readonly mechanism?: string;
}

/**
 * Whether slixmpp is there. Where it is not, tests that need it are skipped, except under
 * `HALYARD_REQUIRE_INTEROP=1`, where they run and fail.
 */
export function canUseSlixmpp(): boolean {
  if (Deno.env.get("HALYARD_REQUIRE_INTEROP") === "1") return true;
  try {
    return new Deno.Command(PYTHON, { args: ["-c", "import slixmpp"], stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** A client that takes commands as JSON lines and tells of events so, in a process of its own. */
export class ScriptedClient {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #output: Promise<unknown>;
  readonly #events: Waiting<ClientEvent>;
  readonly #complaints: string[] = [];
  #commands = 0;

  /** Starts it. */
  constructor([command, ...args]: readonly [string, ...string[]]) {
    this.#child = new Deno.Command(command, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    const events = new Waiting<ClientEvent>((event) => JSON.stringify(event));
    this.#events = events;
    const take = (line: string) => {
      // What a client's company says stands between its events.
      if (line.startsWith("{")) events.arrive(JSON.parse(line) as ClientEvent);
      else this.#complaints.push(line);
    };
    const heard = readLines(this.#child.stdout, take);
    const complained = readLines(this.#child.stderr, (line) => void this.#complaints.push(line));
    this.#output = Promise.all([heard, complained]).then(() =>
      events.end(`the client has ended. It said:\n${this.#complaints.join("\n")}`)
    );
  }

  /** Has the client do something, and waits until it is done. @throws {Error} with the condition of a failure */
  async do(what: string, parameters: Readonly<Record<string, unknown>> = {}): Promise<ClientEvent> {
    const n = ++this.#commands;
    await this.#input.write(new TextEncoder().encode(`${JSON.stringify({ do: what, n, ...parameters })}\n`));
    const isAnswer = (event: ClientEvent) => event.n === n;
    const answer = await this.#events.next(isAnswer, `the end of ${what}`, WAIT_MS);
    if (answer.event !== "done") throw new Error(`Cannot ${what}: ${answer.why}`);
    return answer;
  }

  /** The next event of that name whose fields are as given; others are kept. */
  next(event: string, fields: Partial<ClientEvent> = {}, limitMs = WAIT_MS): Promise<ClientEvent> {
    const wanted = Object.entries({ event, ...fields }) as [keyof ClientEvent, unknown][];
    return this.#events.next(
      (came) => wanted.every(([name, value]) => came[name] === value),
      JSON.stringify({ event, ...fields }),
      limitMs,
    );
  }

  /** The next event that `wanted` accepts; others are kept. @param what names it in the error */
  find(wanted: (event: ClientEvent) => boolean, what: string): Promise<ClientEvent> {
    return this.#events.next(wanted, what, WAIT_MS);
  }

  /** What came and was not waited for. */
  get kept(): readonly ClientEvent[] {
    return this.#events.kept;
  }

  /** Logs out in good order and ends the client. */
  async logout(): Promise<void> {
    await this.do("logout");
    await this.next("disconnected");
    await this[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {});
    try {
      await deadline(this.#child.status, EXIT_MS, "end of the client");
    } catch {
      this.#child.kill("SIGKILL");
    }
    await this.#output;
  }
}

/** An XMPP client that no one here wrote: slixmpp in a process of its own. */
export class SlixmppClient extends ScriptedClient {
  constructor() {
    super([PYTHON, `${ROOT}tests/interop/client.py`]);
  }

  /** Starts a client and logs it in. */
  static async login(login: SlixmppLogin): Promise<SlixmppClient> {
    const client = new SlixmppClient();
    try {
      await client.login(login);
      return client;
    } catch (error) {
      await client[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Logs in. @returns the event, which says the full address and what protected the login */
  async login(login: SlixmppLogin): Promise<ClientEvent> {
    await this.do("login", { host: "127.0.0.1", ...login });
    return await this.next("online");
  }
}

/** Logs slixmpp in at one of two servers, whose certificate it trusts. */
export function slixmppAt(world: ShipAndShore, side: Side, jid: string): Promise<SlixmppClient> {
  const { port, ca } = { port: world.site(side).ports.starttls, ca: world.certificate(side) };
  return SlixmppClient.login({ jid, password: PASSWORD, port, ca });
}
