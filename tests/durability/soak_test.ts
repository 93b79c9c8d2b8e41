import assert from "node:assert/strict";
import { checkSoak, soak } from "./soak.ts";

const MESSAGES = 400;

for (const [isSealed, what] of [[false, "in the clear"], [true, "sealed"]] as const) {
  Deno.test(`what was accepted comes once and in order while the link is cut and both servers are killed, ${what}`, async () => {
    const counts = await soak({ messages: MESSAGES, seed: 5, isSealed });
    checkSoak(counts);
    assert(counts.kills >= 3 && counts.cuts >= 3, JSON.stringify(counts));
  });
}
