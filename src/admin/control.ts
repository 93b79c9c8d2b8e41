import { timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import { type Clock, errorText, type Log, randomId, type RandomSource } from "../base/mod.ts";

/** Where a running server may be asked: written into its data directory, readable by its owner only. */
export interface ControlAddress {
  readonly port: number;
  readonly token: string;
}

/** A question to a running server. */
export interface ControlRequest {
  readonly command: "status" | "account-removed" | "link-up" | "link-down" | "link-flush";
  /** Username or peer name, as the command needs. */
  readonly name?: string;
}

export type ControlResponse = { readonly ok: unknown } | { readonly error: string };

/** Answers a request; what it throws is told to the asker. */
export type ControlHandler = (request: ControlRequest) => unknown;

export interface ControlOptions {
  /** Where `control.json` is written. */
  readonly dataDirectory: string;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
}

const CONTROL_FILE = "control.json";
const REQUEST_SIZE_BYTES = 4096;
const REQUEST_MS = 5_000;
const TOKEN_LENGTH = 32;

/**
 * The door for `halyard status`, `user` and `link` into a running server: one request and one response, each a line
 * of JSON, over loopback TCP, with a token that only who may read the data directory knows.
 */
export class ControlServer {
  readonly #dataDirectory: string;
  readonly #handler: ControlHandler;
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #token: Uint8Array;
  #listener: Deno.Listener | undefined;
  readonly #serving = new Set<Promise<void>>();

  constructor(options: ControlOptions, handler: ControlHandler) {
    this.#dataDirectory = options.dataDirectory;
    this.#handler = handler;
    this.#log = options.log;
    this.#clock = options.clock;
    this.#token = new TextEncoder().encode(randomId(options.random, TOKEN_LENGTH));
  }

  start(): void {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#listener = listener;
    const address: ControlAddress = {
      port: listener.addr.port,
      token: new TextDecoder().decode(this.#token),
    };
    const file = join(this.#dataDirectory, CONTROL_FILE);
    Deno.writeTextFileSync(file, JSON.stringify(address), { mode: 0o600 });
    void this.#accept(listener);
  }

  async stop(): Promise<void> {
    this.#listener?.close();
    this.#listener = undefined;
    await Promise.all(this.#serving);
    try {
      Deno.removeSync(join(this.#dataDirectory, CONTROL_FILE));
    } catch {
      // Gone already: nothing to tidy up.
    }
  }

  async #accept(listener: Deno.Listener): Promise<void> {
    for await (const connection of listener) {
      const serving = this.#serve(connection).catch((error) =>
        this.#log.warn("control request failed", { error: errorText(error) })
      );
      this.#serving.add(serving);
      void serving.then(() => this.#serving.delete(serving));
    }
  }

  async #serve(connection: Deno.Conn): Promise<void> {
    const cancelDeadline = this.#clock.after(REQUEST_MS, () => connection.close());
    try {
      const line = await readLine(connection, REQUEST_SIZE_BYTES);
      await writeAll(connection, JSON.stringify(this.#answer(line)) + "\n");
    } finally {
      cancelDeadline();
      try {
        connection.close();
      } catch {
        // The deadline closed it.
      }
    }
  }

  #answer(line: string): ControlResponse {
    try {
      const { token, ...request } = JSON.parse(line) as ControlRequest & { token: unknown };
      if (!this.#isToken(token)) return { error: "Cannot answer: the token is not this server's" };
      return { ok: this.#handler(request) };
    } catch (error) {
      return { error: errorText(error) };
    }
  }

  #isToken(given: unknown): boolean {
    if (typeof given !== "string") return false;
    const bytes = new TextEncoder().encode(given);
    return bytes.length === this.#token.length && timingSafeEqual(bytes, this.#token);
  }
}

/**
 * Asks the server that runs on `dataDirectory`.
 * @returns undefined when none runs there
 * @throws {Error} with the server's words when it cannot do what was asked
 */
export async function askServer(dataDirectory: string, request: ControlRequest): Promise<unknown> {
  const address = readAddress(dataDirectory);
  if (address === undefined) return undefined;
  let connection: Deno.Conn;
  try {
    connection = await Deno.connect({ hostname: "127.0.0.1", port: address.port });
  } catch {
    return undefined;
  }
  try {
    await writeAll(connection, JSON.stringify({ ...request, token: address.token }) + "\n");
    const response = JSON.parse(await readLine(connection, Number.POSITIVE_INFINITY)) as ControlResponse;
    if ("error" in response) throw new Error(response.error);
    return response.ok;
  } finally {
    connection.close();
  }
}

function readAddress(dataDirectory: string): ControlAddress | undefined {
  try {
    return JSON.parse(Deno.readTextFileSync(join(dataDirectory, CONTROL_FILE))) as ControlAddress;
  } catch {
    return undefined;
  }
}

async function readLine(connection: Deno.Conn, mostBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(2048);
  let line = "";
  for (;;) {
    const size = await connection.read(buffer);
    if (size === null) throw new Error("Cannot read: the other side closed early");
    line += decoder.decode(buffer.subarray(0, size), { stream: true });
    const end = line.indexOf("\n");
    if (end >= 0) return line.slice(0, end);
    if (line.length > mostBytes) {
      throw new Error(`Cannot read: more than ${mostBytes} bytes without a line's end`);
    }
  }
}

async function writeAll(connection: Deno.Conn, text: string): Promise<void> {
  let rest = new TextEncoder().encode(text);
  while (rest.length > 0) rest = rest.subarray(await connection.write(rest));
}
