import { escapeText } from "../../src/xml/mod.ts";
import { readFileSync } from "node:fs";
import { deadline } from "../support/deadline.ts";
import { ROOT } from "../support/process.ts";
import type { XmppClient } from "../support/xmpp_client.ts";

const LAST_MS = 90_000;
const END_MS = 10_000;
const BODIES = readFileSync(`${ROOT}tests/bench/messages.txt`, "utf8").split("\n").filter((line) =>
  line !== ""
);

/** The messages from one who speaks on one side to one who listens on the other. */
export class Way {
  readonly #to: string;
  /** Bodies in order, each with its number before it. */
  readonly sent: string[] = [];
  /** Those behind which the server has answered. */
  readonly accepted = new Set<string>();
  readonly heard: string[] = [];

  constructor(to: string) {
    this.#to = to;
  }

  /** Those that were accepted and not heard. */
  get lost(): string[] {
    const heard = new Set(this.heard);
    return [...this.accepted].filter((body) => !heard.has(body));
  }

  get repeated(): number {
    return this.heard.length - new Set(this.heard).size;
  }

  /** Whether what was heard came in the order in which it was sent. */
  get isOrdered(): boolean {
    const numbers = this.heard.map((body) => this.sent.indexOf(body));
    return numbers.every((number, index) =>
      number >= 0 && (index === 0 || number > (numbers[index - 1] ?? 0))
    );
  }

  /** Speaks until told to stop, or until the server dies. */
  async speak(client: XmppClient, stop: { readonly isDue: boolean }, onAccepted: () => void): Promise<void> {
    try {
      while (!stop.isDue) {
        await this.say(client);
        onAccepted();
      }
    } catch (error) {
      // Of a server that was killed the connection ends; nothing else may fail.
      await deadline(client.closed, END_MS, `end of the connection after ${String(error)}`);
    }
  }

  /** One message of the corpus, until the server has answered behind it. @returns its body */
  async say(client: XmppClient): Promise<string> {
    const body = `${this.sent.length} ${BODIES[this.sent.length % BODIES.length]}`;
    this.sent.push(body);
    await client.send(`<message to='${this.#to}' type='chat'><body>${escapeText(body)}</body></message>`);
    await client.ping();
    this.accepted.add(body);
    return body;
  }

  /** Waits for the last message, and notes all that came before it. */
  async hear(listener: XmppClient, last: string): Promise<void> {
    await listener.message(last, LAST_MS);
    const messages = listener.kept.filter(({ name }) => name === "message");
    this.heard.push(...messages.map((message) => message.getChildText("body") ?? ""), last);
    listener.forget();
  }
}
