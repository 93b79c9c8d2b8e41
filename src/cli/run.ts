import { errorText, type Log, systemClock } from "../base/mod.ts";
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
  const bug = uncaught(log).then(() => "Stopped: an error was not caught; see the log");
  const running = await startServer(config, log);
  const failed = running.failed.then(() => "Stopped: the store cannot be written; see the log");
  print("ready");
  const trouble = await Promise.race([failed, bug, stopped]);
  log.info("stopping");
  systemClock.after(STOP_MS, () => {
    log.error("stopping took too long");
    Deno.exit(1);
  });
  await running.stop();
  if (trouble !== undefined) throw new CommandError(trouble);
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

/** Where errors come that nobody has caught. */
export interface ErrorTarget {
  addEventListener(type: "error" | "unhandledrejection", listener: (event: Event) => void): void;
}

/**
 * Resolves at the first error that nothing has caught. It is a bug of ours, in a place unknown: the server is to stop
 * in good order, for who starts it again, instead of dying in the middle of things.
 */
export function uncaught(log: Log, target: ErrorTarget = globalThis): Promise<void> {
  return new Promise((resolve) => {
    const take = (event: Event) => {
      event.preventDefault();
      const error = event instanceof PromiseRejectionEvent ? event.reason : (event as ErrorEvent).error;
      log.error("error not caught: stopping", { error: errorText(error) });
      resolve();
    };
    target.addEventListener("error", take);
    target.addEventListener("unhandledrejection", take);
  });
}
