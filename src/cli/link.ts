import { askServer } from "../admin/mod.ts";
import { readConfig } from "./configuration.ts";
import { CommandError, EXIT, print } from "./exit.ts";

/** What is said once it is done. Whether the link comes up is for `status` to tell. */
const DONE = {
  up: "the link to PEER is switched on",
  down: "the link to PEER is switched off",
  quiet: "the link to PEER only receives: nothing is sent until `link up`, not even after a restart",
  flush: "gave up COUNT stanzas for PEER",
} as const;

/** `halyard link up|down|quiet|flush PEER`: steers a link of the running server. */
export async function steerLink(
  action: keyof typeof DONE,
  peer: string,
  options: { readonly config: string },
): Promise<void> {
  const config = readConfig(options.config);
  if (!config.peers.has(peer)) {
    const known = [...config.peers.keys()].join(", ") || "none";
    throw new CommandError(`Cannot find the peer ${JSON.stringify(peer)}; configured: ${known}`, EXIT.usage);
  }
  const answer = await askServer(config.data, { command: `link-${action}`, name: peer });
  if (answer === undefined) throw new CommandError(`Cannot reach a server: none runs on ${config.data}`);
  print(DONE[action].replace("COUNT", String(answer)).replace("PEER", peer));
}
