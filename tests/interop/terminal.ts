import { Scratch } from "../support/config.ts";

const LOOK_MS = 50;
const WAIT_MS = 20_000;
const COLUMNS = 150;
const LINES = 50;
/** The user and group "nobody" of Debian. */
const NOBODY = 65_534;

/** A program and what it finds when it starts. */
export interface TerminalProgram {
  /** Its command line, for a shell. It runs in a home of its own. */
  readonly command: string;
  /** Files in its home, by their names. */
  readonly files?: Readonly<Record<string, string>>;
  /** It refuses to run as root, as whom tests in a container often run: then it runs as nobody. */
  readonly isWaryOfRoot?: boolean;
}

/** Whether tmux and a program are there; else tests that need them are skipped, or fail, as for slixmpp. */
export function canUseInTerminal(program: string): boolean {
  if (Deno.env.get("HALYARD_REQUIRE_INTEROP") === "1") return true;
  const isThere = (command: string, flag: string) =>
    new Deno.Command(command, { args: [flag], stdout: "null", stderr: "null" }).outputSync().success;
  try {
    return isThere("tmux", "-V") && isThere(program, "--version");
  } catch {
    return false;
  }
}

/** A program in a terminal of its own (tmux): what is typed goes in, what stands on the screen counts. */
export class Terminal {
  /** The program's home, in a folder that anybody may enter. */
  readonly #home = new Scratch();
  readonly #socket = new Scratch();

  private constructor() {}

  /** Starts a program; it ends with the terminal. */
  static async start({ command, files = {}, isWaryOfRoot = false }: TerminalProgram): Promise<Terminal> {
    const terminal = new Terminal();
    try {
      const home = terminal.#home.path;
      const paths = Object.keys(files).map((name) => `${home}/${name}`);
      for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${home}/${name}`, text);
      const mustChange = isWaryOfRoot && Deno.uid() === 0;
      if (mustChange) { for (const path of [home, ...paths]) await Deno.chown(path, NOBODY, NOBODY); }
      const user = mustChange ? `setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups` : "";
      // Whoever tests must not lend the program settings of his own.
      const unset = "-u XDG_CONFIG_HOME -u XDG_DATA_HOME -u XDG_CACHE_HOME";
      await terminal.#open(
        `cd '${home}' && exec env ${unset} HOME='${home}' LANG=C.UTF-8 ${user} ${command}`,
      );
      return terminal;
    } catch (error) {
      await terminal[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Types a line and presses Enter. */
  async type(line: string): Promise<void> {
    await this.write(line);
    await this.press("Enter");
  }

  /** Types a text, without Enter. */
  async write(text: string): Promise<void> {
    await this.#tmux("send-keys", "-t", "client:", "-l", text);
  }

  /** Presses keys by tmux's names for them, such as `Up` or `C-u`. */
  async press(...keys: readonly string[]): Promise<void> {
    await this.#tmux("send-keys", "-t", "client:", ...keys);
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
    await this.#socket[Symbol.asyncDispose]();
    await this.#home[Symbol.asyncDispose]();
  }

  async #open(program: string): Promise<void> {
    // What a program said last is still to be read when it has ended.
    const keep = ["start-server", ";", "set-option", "-g", "remain-on-exit", "on", ";"];
    const size = ["-x", String(COLUMNS), "-y", String(LINES)];
    await this.#tmux("-f", "/dev/null", ...keep, "new-session", "-d", "-s", "client", ...size, program);
  }

  async #tmux(...args: string[]): Promise<string> {
    const options = ["-S", `${this.#socket.path}/tmux`, ...args];
    const output = await new Deno.Command("tmux", { args: options }).output();
    if (!output.success) {
      throw new Error(`Cannot run tmux ${args[0]}: ${new TextDecoder().decode(output.stderr)}`);
    }
    return new TextDecoder().decode(output.stdout);
  }
}
