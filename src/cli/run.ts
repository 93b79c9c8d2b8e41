import { systemClock } from "../base/mod.ts";
import { readConfig } from "./configuration.ts";
import { CommandError, print } from "./exit.ts";
import { programLog } from "./log.ts";
import { startServer } from "./start.ts";

/** How long stopping may take before the program ends regardless. */
const STOP_MS = 10_000;

/** `halyard run`: serves until SIGINT or SIGTERM; prints `ready` once every listener is open. */
export async function run(options: { readonly config: string }): Promise<void> {
  const config = readConfig(options.config);
  const log = programLog(config.log.level, config.log.format);
  const stopped = interrupted().then(() => undefined);
  const running = await startServer(config, log);
  print("ready");
  const cause = await Promise.race([running.failed.then((error) => ({ error })), stopped]);
  log.info("stopping");
  systemClock.after(STOP_MS, () => {
    log.error("stopping took too long");
    Deno.exit(1);
  });
  await running.stop();
  if (cause !== undefined) throw new CommandError("Stopped: the store cannot be written; see the log");
}

/** Resolves at the first signal to stop. A second one ends the program at once. */
export function interrupted(): Promise<void> {
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];
  return new Promise((resolve) => {
    let seen = false;
    for (const signal of signals) {
      Deno.addSignalListener(signal, () => {
        if (seen) Deno.exit(1);
        seen = true;
        resolve();
      });
    }
  });
}
