import { askServer } from "../admin/mod.ts";
import type { ServerStatus } from "../server.ts";
import { readConfig } from "./configuration.ts";
import { CommandError, print } from "./exit.ts";
import { statusLines } from "./status_view.ts";

/** `halyard status`: what the running server of a configuration does. */
export async function status(options: { readonly config: string; readonly json?: boolean }): Promise<void> {
  const config = readConfig(options.config);
  const answer = await askServer(config.data, { command: "status" });
  if (answer === undefined) throw new CommandError(`Cannot reach a server: none runs on ${config.data}`);
  const found = answer as ServerStatus;
  if (options.json === true) print(JSON.stringify(found, null, 2));
  else for (const line of statusLines(found)) print(line);
}
