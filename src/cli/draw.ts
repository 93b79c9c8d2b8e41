import { type Clock, sleep } from "../base/mod.ts";
import { print } from "./exit.ts";

/** How often the view is drawn on a terminal, and how often a line is printed elsewhere. */
const DRAW_MS = 500;
const LINE_MS = 10_000;

const CLEAR = "\x1b[H\x1b[2J\x1b[3J";

/** Shows `lines` again and again, on a terminal as a view and elsewhere as a line, until it is over. */
export async function draw(clock: Clock, lines: () => string[], isOver: () => boolean): Promise<void> {
  const onTerminal = Deno.stdout.isTerminal();
  while (!isOver()) {
    await sleep(clock, onTerminal ? DRAW_MS : LINE_MS);
    if (isOver()) return;
    const now = lines();
    print(onTerminal ? CLEAR + now.join("\n") : now.filter((line) => line !== "").join(" | "));
  }
}
