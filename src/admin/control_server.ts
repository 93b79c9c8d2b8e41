import { timingSafeEqual } from "node:crypto";
import { type Clock, errorText, guard, type Log, randomId, type RandomSource, sleep } from "../base/mod.ts";
import { removeAddress, writeAddress } from "./address.ts";
import { type ControlRequest, type ControlResponse, parseRequest } from "./control.ts";
import { closeOnce, readLine, writeLine } from "./line.ts";

/** Answers a request; what it throws is told to the asker. */
export type ControlHandler = (request: ControlRequest) => unknown;

export interface ControlOptions {
  /** Where `control.json` is written. */
  readonly dataDirectory: string;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly log: Log;
  /** How to listen; on loopback unless a test has other wishes. */
  readonly listen?: () => ControlListener;
}

/** The part of a listener that is used. */
export type ControlListener = Pick<Deno.TcpListener, "accept" | "close" | "addr">;

/** Most connections at the same time; more are closed at once. */
export const MOST_CONNECTIONS = 8;
const REQUEST_SIZE_BYTES = 4_096;
const REQUEST_MS = 5_000;
/** How long accepting rests after it failed, for instance for want of file descriptors. */
const ACCEPT_REST_MS = 1_000;
const TOKEN_LENGTH = 32;

/**
 * The door for `halyard status`, `user` and `link` into a running server: one request and one response, each a line
 * of JSON, over loopback TCP, with a token that only who may read the data directory knows.
 */
export class ControlServer {
  readonly #options: ControlOptions;
  readonly #handler: ControlHandler;
  readonly #token: string;
  #listener: ControlListener | undefined;
  #accepting: Promise<void> = Promise.resolve();
  readonly #serving = new Map<Deno.Conn, Promise<void>>();

  constructor(options: ControlOptions, handler: ControlHandler) {
    this.#options = options;
    this.#handler = handler;
    this.#token = randomId(options.random, TOKEN_LENGTH);
  }

  /** @throws {Error} when it cannot listen, or the data directory cannot be written */
  start(): void {
    const { dataDirectory, listen = listenOnLoopback } = this.#options;
    const listener = listen();
    this.#listener = listener;
    writeAddress(dataDirectory, { port: listener.addr.port, token: this.#token });
    this.#accepting = this.#accept(listener);
  }

  /** Whoever has not been answered by now is not. */
  async stop(): Promise<void> {
    const { dataDirectory, log } = this.#options;
    if (this.#listener === undefined) return;
    this.#listener.close();
    this.#listener = undefined;
    for (const connection of this.#serving.keys()) closeOnce(connection);
    await Promise.all([this.#accepting, ...this.#serving.values()]);
    guard(log, "control address not removed", () => removeAddress(dataDirectory, this.#token));
  }

  async #accept(listener: ControlListener): Promise<void> {
    const { clock, log } = this.#options;
    while (this.#listener === listener) {
      const connection = await listener.accept().catch((error) => {
        if (this.#listener === listener) log.warn("control accept failed", { error: errorText(error) });
      });
      if (connection !== undefined) this.#take(connection);
      else if (this.#listener === listener) await sleep(clock, ACCEPT_REST_MS);
    }
  }

  #take(connection: Deno.Conn): void {
    if (this.#listener === undefined || this.#serving.size >= MOST_CONNECTIONS) return closeOnce(connection);
    const serving = this.#serve(connection).catch((error) =>
      this.#options.log.warn("control request failed", { error: errorText(error) })
    );
    this.#serving.set(connection, serving.then(() => void this.#serving.delete(connection)));
  }

  async #serve(connection: Deno.Conn): Promise<void> {
    const cancelDeadline = this.#options.clock.after(REQUEST_MS, () => closeOnce(connection));
    try {
      await writeLine(connection, this.#answer(await readLine(connection, REQUEST_SIZE_BYTES)));
    } finally {
      cancelDeadline();
      closeOnce(connection);
    }
  }

  #answer(line: string): ControlResponse {
    try {
      const { token, ...request } = parseRequest(line);
      if (!this.#isToken(token)) return { error: "Cannot answer: the token is not this server's" };
      return { ok: this.#handler(request) };
    } catch (error) {
      return { error: errorText(error) };
    }
  }

  #isToken(given: string): boolean {
    const encoder = new TextEncoder();
    const [a, b] = [encoder.encode(given), encoder.encode(this.#token)];
    return a.length === b.length && timingSafeEqual(a, b);
  }
}

function listenOnLoopback(): ControlListener {
  return Deno.listen({ hostname: "127.0.0.1", port: 0 });
}
