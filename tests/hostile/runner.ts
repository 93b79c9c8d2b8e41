import type { StreamErrorCondition } from "../../src/stanza/mod.ts";
import { settled } from "../../src/base/mod.ts";
import { deadline } from "../support/deadline.ts";
import { type ClientOptions, type Login, XmppClient } from "../support/xmpp_client.ts";
import type { Attack, Outcome } from "./attack.ts";

/** Whom to attack, and as whom. */
export interface Target {
  readonly ports: { readonly plaintext: number; readonly starttls: number; readonly tls: number };
  readonly domain: string;
  readonly login: Login;
}

/** How an attack went. */
export interface Result {
  readonly outcome: Outcome;
  /** Bytes the server took before the end. */
  readonly sentSizeBytes: number;
}

/** Longest that the server may let a connection live that has been quick to misbehave. */
const END_MS = 15_000;

const ERROR = /<stream:error><([a-z-]+) xmlns='urn:ietf:params:xml:ns:xmpp-streams'/;

/** What is heard on a connection, with those who wait for it. */
class Ear {
  text = "";
  readonly #decoder = new TextDecoder();
  #onText: (() => void) | undefined;

  readonly hear = (bytes: Uint8Array): void => {
    this.text += this.#decoder.decode(bytes, { stream: true });
    this.#onText?.();
  };

  until(part: string): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (this.text.includes(part)) resolve();
      };
      this.#onText = look;
      look();
    });
  }
}

/** Makes one attack and sees how the server ends it. */
export async function perform(attack: Attack, target: Target): Promise<Result> {
  const ear = new Ear();
  const client = await connect(attack, target);
  client.takeBytes(ear.hear);
  if (attack.deaf) client.stopReading();
  let sentSizeBytes = 0;
  try {
    sentSizeBytes = await deadline(send(client, attack, ear), END_MS * 2, "end of sending");
    if (attack.halfCloses) client.finish();
    await deadline(client.closed, END_MS, "end of the connection");
    return { outcome: judge(ear.text), sentSizeBytes };
  } catch {
    return { outcome: "open", sentSizeBytes };
  } finally {
    client.destroy();
  }
}

function connect(attack: Attack, { ports, domain, login }: Target): Promise<XmppClient> {
  const at: ClientOptions = { port: ports[attack.listener], domain };
  return attack.loggedIn ? XmppClient.login(at, login) : XmppClient.connect(at);
}

/** @returns how many bytes were taken until the last step, or until the server had enough */
async function send(client: XmppClient, attack: Attack, ear: Ear): Promise<number> {
  let sentSizeBytes = 0;
  const over = client.closed.then(() => true);
  for (const step of attack.steps) {
    if (ear.text.includes("</stream:stream>")) break;
    if (step instanceof Uint8Array) {
      const written = client.sendBytes(step).then(() => false, () => true);
      if (await Promise.race([written, over])) break;
      sentSizeBytes += step.length;
      // A server that takes everything at once must not keep us from hearing that it has had enough.
      await settled();
    } else if ("until" in step) {
      if (await Promise.race([ear.until(step.until).then(() => false), over])) break;
    } else {
      if (await Promise.race([pause(step.pauseMs), over])) break;
    }
  }
  return sentSizeBytes;
}

/** What these clients do on purpose: nothing, for a while. */
function pause(pauseMs: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), pauseMs));
}

function judge(heard: string): Outcome {
  const condition = ERROR.exec(heard)?.[1];
  const closed = heard.endsWith("</stream:stream>");
  if (condition !== undefined) return closed ? condition as StreamErrorCondition : "open";
  return closed ? "closed" : "cut";
}
