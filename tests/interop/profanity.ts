const LOOK_MS = 50;
const WAIT_MS = 20_000;
const COLUMNS = 150;
const LINES = 50;

/** How to log in over STARTTLS. */
export interface ProfanityLogin {
  readonly jid: string;
  readonly password: string;
  readonly port: number;
  /** An empty folder for its settings. */
  readonly home: string;
}

/** Whether profanity and tmux are there; else tests that need them are skipped, or fail, as for slixmpp. */
export function canUseProfanity(): boolean {
  if (Deno.env.get("HALYARD_REQUIRE_INTEROP") === "1") return true;
  const isThere = (command: string, flag: string) =>
    new Deno.Command(command, { args: [flag], stdout: "null", stderr: "null" }).outputSync().success;
  try {
    return isThere("tmux", "-V") && isThere("profanity", "--version");
  } catch {
    return false;
  }
}

/** The console client profanity in a terminal of its own: what is typed goes in, what stands on the screen counts. */
export class ProfanityClient {
  readonly #socket: string;

  private constructor(socket: string) {
    this.#socket = socket;
  }

  /** Starts profanity and logs in. */
  static async login({ jid, password, port, home }: ProfanityLogin): Promise<ProfanityClient> {
    const client = new ProfanityClient(`${home}/tmux`);
    const program = `env HOME='${home}' LANG=C.UTF-8 profanity`;
    const size = ["-x", String(COLUMNS), "-y", String(LINES)];
    await client.#tmux("-f", "/dev/null", "new-session", "-d", "-s", "client", ...size, program);
    try {
      await client.sees(/Type '\/help'/);
      await client.type("/presence console all");
      await client.type(`/connect ${jid} server 127.0.0.1 port ${port} tls trust`);
      await client.sees(/Enter password/);
      await client.type(password);
      await client.sees(/logged in successfully/);
      return client;
    } catch (error) {
      await client[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Types a line and presses Enter. */
  async type(line: string): Promise<void> {
    await this.#tmux("send-keys", "-t", "client:", "-l", line);
    await this.#tmux("send-keys", "-t", "client:", "Enter");
  }

  /**
   * Resolves once the screen matches. A screen has no events, so it is looked at again and again.
   * @throws {Error} with what stands there, after 20 s
   */
  async sees(pattern: RegExp): Promise<void> {
    const giveUpMs = performance.now() + WAIT_MS;
    for (;;) {
      const screen = await this.#tmux("capture-pane", "-p", "-t", "client:");
      if (pattern.test(screen)) return;
      if (performance.now() > giveUpMs) throw new Error(`Cannot see ${pattern} on the screen:\n${screen}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux("kill-server").catch(() => {});
  }

  async #tmux(...args: string[]): Promise<string> {
    const output = await new Deno.Command("tmux", { args: ["-S", this.#socket, ...args] }).output();
    if (!output.success) {
      throw new Error(`Cannot run tmux ${args[0]}: ${new TextDecoder().decode(output.stderr)}`);
    }
    return new TextDecoder().decode(output.stdout);
  }
}
