import { seededRandom } from "../../src/base/mod.ts";
import { LinkEngine } from "../../src/link/flow/engine.ts";
import type { FlowStore } from "../../src/link/flow/store.ts";

/** One side's engine, for measuring: whatever is the matter ends the measurement. */
export function measuredEngine(store: FlowStore, seed: number, deliver: () => void = () => {}): LinkEngine {
  return new LinkEngine({
    store,
    random: seededRandom(seed),
    coding: 1,
    ackDelayMs: 30_000,
    events: {
      deliver,
      peerRestarted: () => {},
      resynchronised: (what) => {
        throw new Error(`Cannot measure: ${what}`);
      },
      damaged: (error) => {
        throw error;
      },
    },
  });
}
