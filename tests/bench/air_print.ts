import { print } from "../support/print.ts";
import type { Air } from "./air_world.ts";
import { AIR_LINK, AIR_PEER } from "./air_world.ts";
import { barLines } from "./presence_bars.ts";

type Budgets = Readonly<Record<string, Air>>;

/** Prints what the link carried beside what is committed, and measures and prints what presence and caches cost. */
export async function printAir(measured: Budgets, committed: Budgets): Promise<void> {
  print(`Profile xep-0361 unless said, ${AIR_PEER.compression}, rules ${AIR_PEER.rules}; `);
  print(`${AIR_LINK.rateBps} bit/s, ${AIR_LINK.delayMs} ms one way. Bodies: SMS Spam Collection v.1\n`);
  print(`${"".padEnd(52)}${"to shore".padStart(9)}${"to ship".padStart(9)}${"turns".padStart(7)}   was\n`);
  for (const [name, { forth, back, turnarounds }] of Object.entries(measured)) {
    const was = committed[name];
    const before = was === undefined ? "new" : `${was.forth} ${was.back} ${was.turnarounds}`;
    const figures = `${String(forth).padStart(9)}${String(back).padStart(9)}${
      String(turnarounds).padStart(7)
    }`;
    print(`${name.padEnd(52)}${figures}   ${before}\n`);
  }
  print("\nPresence and caches\n");
  for (const profile of ["xep-0361", "halyard"] as const) {
    for (const line of await barLines(profile)) print(`${line}\n`);
  }
}
