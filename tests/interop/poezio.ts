import { canUseInTerminal, Terminal } from "./terminal.ts";

/** How much of the end of a line has to stand on the screen before it is sent. */
const TAIL_CHARS = 12;

/** How to log in over STARTTLS. */
export interface PoezioLogin {
  readonly jid: string;
  readonly password: string;
  readonly port: number;
  /** File with the certificate to trust. */
  readonly ca: string;
  /** Plugins of its own to load. */
  readonly plugins?: readonly string[];
}

/** Whether poezio is there, and a terminal for it. */
export function canUsePoezio(): boolean {
  return canUseInTerminal("poezio");
}

/** The console client poezio in a terminal of its own. */
export class Poezio {
  readonly #terminal: Terminal;

  private constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Starts poezio and logs in. */
  static async login({ jid, password, port, ca, plugins = [] }: PoezioLogin): Promise<Poezio> {
    const settings = {
      jid,
      password,
      custom_host: "127.0.0.1",
      custom_port: port,
      ca_cert_path: "ca.pem",
      plugins_autoload: plugins.join(":"),
    };
    const lines = Object.entries(settings).map(([key, value]) => `${key} = ${value}\n`);
    const terminal = await Terminal.start({
      command: "poezio --file poezio.cfg",
      files: { "poezio.cfg": `[Poezio]\n${lines.join("")}`, "ca.pem": await Deno.readTextFile(ca) },
      isWaryOfRoot: true,
    });
    const client = new Poezio(terminal);
    try {
      await client.sees(/Your JID is/);
      return client;
    } catch (error) {
      await client[Symbol.asyncDispose]();
      throw error;
    }
  }

  /**
   * Types a line, or a command, and presses Enter. What comes all at once is a paste to poezio, in which Enter is no
   * more than a new line, and on its first page only `/` begins a line.
   */
  async type(line: string): Promise<void> {
    await this.write(line.slice(0, 1));
    await this.write(line.slice(1));
    await this.#terminal.press("Enter");
  }

  /** Types a text, without Enter; resolves when it stands there. */
  async write(text: string): Promise<void> {
    await this.#terminal.write(text);
    await this.sees(new RegExp(`${escaped(text.trimEnd().slice(-TAIL_CHARS))}\\s*$`));
  }

  /** What is written after this is bold. */
  async embolden(): Promise<void> {
    await this.#terminal.press("C-c");
    await this.#terminal.press("b");
  }

  /** Clears what was written. */
  async clear(): Promise<void> {
    await this.#terminal.press("C-u");
  }

  /** Resolves once the screen matches; see `Terminal`. */
  async sees(pattern: RegExp): Promise<void> {
    await this.#terminal.sees(pattern);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#terminal[Symbol.asyncDispose]();
  }
}

function escaped(text: string): string {
  return text.replace(/[^\w\s]/g, "\\$&");
}
