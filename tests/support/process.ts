import { deadline } from "./deadline.ts";
import { readLines } from "./lines.ts";

/** Root of the checkout. */
export const ROOT = new URL("../../", import.meta.url).pathname;

const READY_MS = 20_000;
const STOP_MS = 10_000;

/**
 * The command line under test: `HALYARD_COMMAND` (for instance a compiled binary; words divided by spaces), or the
 * sources under the Deno that runs the tests.
 */
export function halyardCommand(): [string, ...string[]] {
  const [command, ...words] = (Deno.env.get("HALYARD_COMMAND") ?? "").split(" ").filter((word) =>
    word !== ""
  );
  if (command !== undefined) return [command, ...words];
  return [Deno.execPath(), "run", "--quiet", "-A", "--v8-flags=--max-semi-space-size=4", `${ROOT}main.ts`];
}

/** What a command that ended has said. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `halyard …args` to its end, with `stdin` as its input. */
export async function halyard(args: readonly string[], stdin = ""): Promise<Finished> {
  const [command, ...words] = halyardCommand();
  const child = new Deno.Command(command, {
    args: [...words, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  // A command that does not read its input may be gone already.
  await writer.write(new TextEncoder().encode(stdin)).then(() => writer.close()).catch(() => {});
  const { code, stdout, stderr } = await child.output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** Makes an account. @throws {Error} with what the command said, when it fails */
export async function addUser(configPath: string, jid: string, password: string): Promise<void> {
  const done = await halyard(
    ["user", "add", jid, "--config", configPath, "--password-stdin"],
    `${password}\n`,
  );
  if (done.code !== 0) throw new Error(`Cannot add ${jid}: exit ${done.code}: ${done.stdout}${done.stderr}`);
}

/** A running server. Stopped when its scope ends (`await using`). */
export class HalyardProcess {
  readonly #child: Deno.ChildProcess;
  readonly #output: Promise<unknown>;
  readonly #log: string[] = [];
  #onLine: (() => void) | undefined;
  #ended: Deno.CommandStatus | undefined;
  /** Milliseconds from spawning the process to its line `ready`. */
  readyAfterMs = Number.NaN;

  private constructor(child: Deno.ChildProcess, onReady: () => void) {
    this.#child = child;
    const keep = (line: string) => {
      this.#log.push(line);
      this.#onLine?.();
    };
    this.#output = Promise.all([
      readLines(child.stdout, (line) => {
        keep(line);
        if (line === "ready") onReady();
      }),
      readLines(child.stderr, keep),
    ]);
    void child.status.then((status) => this.#ended = status);
  }

  /**
   * Starts `halyard run` and waits for `ready`.
   * @throws {Error} with the log, when the server ends or is not ready within 20 s
   */
  static start(configPath: string): Promise<HalyardProcess> {
    return HalyardProcess.command(["run", "--config", configPath]);
  }

  /**
   * Starts any command that says `ready` and then runs until it is stopped.
   * @throws {Error} as `start`
   */
  static async command(args: readonly string[]): Promise<HalyardProcess> {
    const [command, ...words] = halyardCommand();
    const startMs = performance.now();
    const child = new Deno.Command(command, {
      args: [...words, ...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const ready = Promise.withResolvers<void>();
    const server = new HalyardProcess(child, ready.resolve);
    try {
      const ended = child.status.then(({ code }) => Promise.reject(new Error(`it ended with ${code}`)));
      await deadline(Promise.race([ready.promise, ended]), READY_MS, "the line ready");
    } catch (error) {
      await server.kill();
      throw new Error(`Cannot start halyard ${args[0]}: ${(error as Error).message}\n${server.log}`);
    }
    server.readyAfterMs = performance.now() - startMs;
    return server;
  }

  get pid(): number {
    return this.#child.pid;
  }

  get alive(): boolean {
    return this.#ended === undefined;
  }

  /** All that it has written so far, both streams. */
  get log(): string {
    return this.#log.join("\n");
  }

  /** Resolves when all that it has written so far matches `pattern`. @throws {Error} with the log, after 20 s */
  async logged(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.log)) {
      const more = Promise.withResolvers<void>();
      this.#onLine = more.resolve;
      try {
        await deadline(more.promise, READY_MS, `line that matches ${pattern}`);
      } catch (error) {
        throw new Error(`${(error as Error).message}:\n${this.log}`);
      }
    }
  }

  /**
   * Resident memory now, bytes (Linux only).
   * @throws {Error} when the server is gone or the system keeps no `/proc`
   */
  async residentSizeBytes(): Promise<number> {
    const status = await Deno.readTextFile(`/proc/${this.pid}/status`);
    const found = /VmRSS:\s+(\d+) kB/.exec(status)?.[1];
    if (found === undefined) throw new Error(`Cannot read the memory of process ${this.pid}: it is gone`);
    return Number(found) * 1_024;
  }

  /** Processor time it has used, milliseconds (Linux only). */
  async processorMs(): Promise<number> {
    const stat = await Deno.readTextFile(`/proc/${this.pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  /** Files and sockets that it has open (Linux only). */
  async openFiles(): Promise<number> {
    return (await Array.fromAsync(Deno.readDir(`/proc/${this.pid}/fd`))).length;
  }

  /** Asks it to stop, as an operator does. @returns its exit status */
  async stop(): Promise<Deno.CommandStatus> {
    if (this.alive) this.#child.kill("SIGTERM");
    try {
      return await deadline(this.#end(), STOP_MS, "the server to stop");
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  /** `kill -9`: no time to write anything. */
  async kill(): Promise<void> {
    if (this.alive) this.#child.kill("SIGKILL");
    await this.#end();
  }

  async #end(): Promise<Deno.CommandStatus> {
    const status = await this.#child.status;
    await this.#output;
    return status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.alive) await this.stop();
  }
}
