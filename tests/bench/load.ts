import { Buffer } from "node:buffer";
import { deadline } from "../support/deadline.ts";
import { openTcp } from "../support/sockets.ts";
import type { XmppClient } from "../support/xmpp_client.ts";

/** Size of every stanza sent, as XML. */
export const STANZA_SIZE_BYTES = 200;
/** Stanzas in one write of the sender, which keeps writing while the server takes them. */
const PER_WRITE = 100;
const ROUND_MS = 60_000;

/** One round of load. */
export interface Round {
  readonly messages: number;
  readonly durationMs: number;
}

/** A chat message of exactly 200 bytes. */
export function stanza(to: string): string {
  const [before, after] = [`<message to='${to}' type='chat' id='0123456789'><body>`, "</body></message>"];
  return before + "x".repeat(STANZA_SIZE_BYTES - before.length - after.length) + after;
}

/** Sends `messages` as fast as they are taken, and waits until the last has arrived. */
export async function pipeline(from: XmppClient, to: XmppClient, messages: number): Promise<Round> {
  const write = new TextEncoder().encode(stanza(to.jid).repeat(PER_WRITE));
  const arrived = countOf("</message>", messages);
  to.takeBytes(arrived.take);
  const startMs = performance.now();
  for (let sent = 0; sent < messages; sent += PER_WRITE) await from.sendBytes(write);
  await deadline(arrived.all, ROUND_MS, "last message");
  return { messages, durationMs: performance.now() - startMs };
}

/** The same number of bytes to a server that sends back what it gets: the most that this machine can do this way. */
export async function echo(port: number, messages: number): Promise<Round> {
  const write = new TextEncoder().encode(stanza("bob@ship.example/b").repeat(PER_WRITE));
  const arrived = countOf("</message>", messages);
  const socket = await openTcp(port, arrived.take);
  const startMs = performance.now();
  for (let sent = 0; sent < messages; sent += PER_WRITE) await socket.write(write);
  await deadline(arrived.all, ROUND_MS, "last echo");
  const durationMs = performance.now() - startMs;
  socket.destroy();
  await socket.closed;
  return { messages, durationMs };
}

/** Counts a text in a stream of bytes, also where it is cut in two; `all` resolves at the `wanted`th. */
function countOf(text: string, wanted: number): { take: (bytes: Uint8Array) => void; all: Promise<void> } {
  const all = Promise.withResolvers<void>();
  let held = Buffer.alloc(0);
  let count = 0;
  const take = (bytes: Uint8Array) => {
    const chunk = held.length === 0 ? Buffer.from(bytes) : Buffer.concat([held, bytes]);
    let from = 0;
    for (let at = chunk.indexOf(text); at >= 0; at = chunk.indexOf(text, from)) {
      from = at + text.length;
      if (++count === wanted) all.resolve();
    }
    held = chunk.subarray(Math.max(from, chunk.length - text.length + 1));
  };
  return { take, all: all.promise };
}
