import { askServer } from "../admin/mod.ts";
import { readConfig } from "./configuration.ts";
import { CommandError, EXIT, print } from "./exit.ts";

/** `halyard link up|down|flush PEER`: steers a link of the running server. */
export async function steerLink(
  action: "up" | "down" | "flush",
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
  print(
    action === "flush" ? `gave up ${String(answer)} stanzas for ${peer}` : `link to ${peer} is ${action}`,
  );
}
