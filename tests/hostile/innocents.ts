import { XmppClient } from "../support/xmpp_client.ts";
import type { Target } from "./runner.ts";

const ANSWER_MS = 15_000;

/** Two who chat while others attack: one says a line, the other answers, without end. */
export class Innocents {
  readonly #alice: XmppClient;
  readonly #bob: XmppClient;
  #over = false;
  #chatting: Promise<void> | undefined;
  /** Lines that were answered. */
  lines = 0;
  /** Longest from a line to its answer. */
  slowestMs = 0;

  private constructor(alice: XmppClient, bob: XmppClient) {
    this.#alice = alice;
    this.#bob = bob;
  }

  static async login({ ports, domain, login }: Target): Promise<Innocents> {
    const at = { port: ports.plaintext, domain };
    const { password } = login;
    const alice = await XmppClient.login(at, { user: "alice", password, resource: "a" });
    const bob = await XmppClient.login(at, { user: "bob", password, resource: "b" });
    return new Innocents(alice, bob);
  }

  start(): void {
    this.#chatting = this.#chat();
  }

  /** @throws {Error} when a line was not answered in 15 s, or one of them was thrown out */
  async stop(): Promise<void> {
    this.#over = true;
    try {
      await this.#chatting;
    } finally {
      for (const client of [this.#alice, this.#bob]) await client[Symbol.asyncDispose]();
    }
  }

  async #chat(): Promise<void> {
    while (!this.#over) {
      const startMs = performance.now();
      await this.#say(this.#alice, this.#bob, `line ${this.lines}`);
      await this.#say(this.#bob, this.#alice, `answer ${this.lines}`);
      this.slowestMs = Math.max(this.slowestMs, performance.now() - startMs);
      this.lines++;
    }
  }

  async #say(from: XmppClient, to: XmppClient, body: string): Promise<void> {
    const heard = to.message(body, ANSWER_MS);
    await from.send(`<message to='${to.jid}' type='chat'><body>${body}</body></message>`);
    await heard;
    to.forget();
  }
}
