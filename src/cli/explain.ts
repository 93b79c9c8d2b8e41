import { askServer } from "../admin/mod.ts";
import { systemClock } from "../base/mod.ts";
import type { PeerConfig } from "../config/mod.ts";
import { Explainer, type Sizer, sizerOf } from "../link/mod.ts";
import type { ServerStatus } from "../server.ts";
import type { Storage } from "../storage/mod.ts";
import { readConfig } from "./configuration.ts";
import { databasePath, openDatabase } from "./database.ts";
import { CommandError, EXIT, print } from "./exit.ts";
import { explainedLines } from "./explain_view.ts";
import { addressed, type Placed, readStanzas } from "./stanza_input.ts";

/** Most octets of stanzas that are read. */
const INPUT_SIZE_BYTES = 16 * 1_048_576;

export interface ExplainOptions {
  readonly config: string;
  readonly peer: string;
  readonly carrier?: string;
}

/** `halyard explain`: what a peer's rules do to the stanzas on standard input, and what they would cost. */
export async function explain(options: ExplainOptions): Promise<void> {
  const config = readConfig(options.config);
  const peer = config.peers.get(options.peer);
  if (peer === undefined) {
    const known = [...config.peers.keys()].join(", ") || "none";
    throw new CommandError(`Cannot find peer ${options.peer}: known are ${known}`, EXIT.usage);
  }
  const carrier = await carrierOf(peer, options, config.data);
  const storage = peer.profile === "halyard" ? storageIn(config.data) : undefined;
  try {
    const sent = {
      flow: storage?.flows(options.peer).sender,
      ids: storage?.linkIds(options.peer),
      recentXml: await recentXml(peer, options.peer, config.data),
    };
    const sizer = sizerOf(peer, sent, carrier.config.kind === "stanag5066" ? "block" : "stream");
    await explainAll(options.peer, peer, carrier, sizer, config.domain);
  } finally {
    storage?.close();
  }
}

async function explainAll(
  name: string,
  peer: PeerConfig,
  carrier: Awaited<ReturnType<typeof carrierOf>>,
  sizer: Sizer,
  domain: string,
): Promise<void> {
  const { rateBps } = carrier.config;
  const explainer = new Explainer(
    { rules: peer.rules, queue: { ...peer.queue, iqAgeMs: 0 } },
    carrier.names,
    sizer,
  );
  const over = rateBps === undefined ? carrier.names[0] : `${carrier.names[0]} at ${rateBps} bit/s`;
  print(`peer ${name}: profile ${peer.profile}, ${over}; compressor: ${sizer.state}`);

  const stanzas: Placed[] = [];
  let mistake: unknown;
  try {
    readStanzas(await standardInput(), (placed) => stanzas.push(placed));
  } catch (error) {
    // What came before it is explained first.
    mistake = error;
  }
  const sides = { ours: domain, peers: peer.domains };
  for (const placed of stanzas) {
    const { stanza, direction } = addressed(placed, sides, systemClock.nowMs());
    const explained = await explainer.explain(stanza, direction);
    for (const line of explainedLines(placed.line, stanza, direction, explained, rateBps)) print(line);
  }
  if (mistake !== undefined) throw mistake;
}

/** The carrier that is asked for; else the one in use; else the preferred one. */
async function carrierOf(peer: PeerConfig, options: ExplainOptions, data: string) {
  const all = peer.carriers.map((config, index) => ({ config, names: [config.kind, String(index + 1)] }));
  const asked = options.carrier ?? await carrierInUse(options.peer, data);
  const found = asked === undefined ? all[0] : all.find(({ names }) => names.includes(asked));
  if (found !== undefined) return found;
  const known = all.map(({ names }) => names.join(" or ")).join(", ");
  throw new CommandError(`Cannot find carrier ${asked}: known are ${known}`, EXIT.usage);
}

async function carrierInUse(peer: string, data: string): Promise<string | undefined> {
  const status = await askServer(data, { command: "status" }) as ServerStatus | undefined;
  return status?.peers.find(({ name }) => name === peer)?.carrier;
}

/** What the running server sent last over a link in profile `xep-0361`. */
async function recentXml(peer: PeerConfig, name: string, data: string): Promise<string | undefined> {
  if (peer.profile !== "xep-0361") return undefined;
  const recent = await askServer(data, { command: "link-recent", name });
  return typeof recent === "string" ? recent : undefined;
}

/** The store of the server, which may be running; undefined when it never has. */
function storageIn(data: string): Storage | undefined {
  return exists(databasePath(data)) ? openDatabase(data) : undefined;
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function standardInput(): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let [text, sizeBytes] = ["", 0];
  try {
    for await (const chunk of Deno.stdin.readable) {
      sizeBytes += chunk.length;
      if (sizeBytes > INPUT_SIZE_BYTES) {
        throw new CommandError(`Cannot read more than ${INPUT_SIZE_BYTES} bytes of stanzas`);
      }
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new CommandError(`line ${text.split("\n").length}: what stands here or behind is not UTF-8`);
  }
}
