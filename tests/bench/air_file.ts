import { ROOT } from "../support/process.ts";
import type { Budgets } from "./air_budget.ts";
import { AIR_LINK, AIR_PEER } from "./air_world.ts";

/** The committed figures, below the root of the checkout. */
export const AIR_FILE = "tests/bench/air.json";

/** The committed figures; none when there is no file yet. */
export async function readBudgets(): Promise<Budgets> {
  try {
    return (JSON.parse(await Deno.readTextFile(ROOT + AIR_FILE)) as { budgets: Budgets }).budgets;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}

export async function writeBudgets(budgets: Budgets): Promise<void> {
  const file = { peer: AIR_PEER, link: AIR_LINK, unit: "application bytes on the link", budgets };
  await Deno.writeTextFile(ROOT + AIR_FILE, `${JSON.stringify(file, null, 2)}\n`);
}
