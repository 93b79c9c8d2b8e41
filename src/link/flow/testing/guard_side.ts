import { type FrameCrypto, systemFrameCrypto } from "../../../net/mod.ts";
import { Guard, type GuardChannel, type GuardOptions, type LinkGuard } from "../guard.ts";
import { MemoryEpochs } from "./memory_epochs.ts";

/** The key of the worked examples: 00 01 02 … 1f. */
export const EXAMPLE_KEY = Uint8Array.from({ length: 32 }, (_, index) => index);
/** The wall clock of the worked examples, seconds. */
export const EXAMPLE_CLOCK_S = 1_800_000_000;

/** A clock that stands until it is set. */
export class HandClock {
  wallS = EXAMPLE_CLOCK_S;
  monotonicS = 0;

  nowMs(): number {
    return this.wallS * 1_000;
  }

  monotonicMs(): number {
    return this.monotonicS * 1_000;
  }

  pass(seconds: number): void {
    this.wallS += seconds;
    this.monotonicS += seconds;
  }
}

/** One end of a guarded link, whose process may start again. */
export class GuardSide {
  readonly store = new MemoryEpochs();
  readonly clock = new HandClock();
  readonly #options: Omit<GuardOptions, "store" | "clock">;
  #guard: LinkGuard;

  constructor(name: "ship" | "shore", options: Partial<GuardOptions> = {}, crypto?: FrameCrypto) {
    const [ours, theirs] = name === "ship" ? [SHIP, SHORE] : [SHORE, SHIP];
    this.#options = {
      mode: "sign",
      key: EXAMPLE_KEY,
      ours,
      theirs,
      crypto: crypto ?? systemFrameCrypto,
      ...options,
    };
    this.#guard = this.#made();
  }

  open(carrier: "stream" | "block"): GuardChannel {
    return this.#guard.open(carrier);
  }

  /** The process ends and starts again; what was not committed is gone. */
  restart(): void {
    this.store.crash();
    this.#guard = this.#made();
  }

  #made(): Guard {
    return new Guard({ ...this.#options, store: this.store, clock: this.clock });
  }
}

const SHIP = "ship.example";
const SHORE = "shore.example";

/** Octets written in hexadecimal, with spaces between them or not. */
export function octetsOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.replaceAll(" ", "").match(/../g) ?? [], (octet) => parseInt(octet, 16));
}

/** Octets as `octetsOf` reads them. */
export function hexOf(octets: Uint8Array): string {
  return [...octets].map((octet) => octet.toString(16).padStart(2, "0")).join(" ");
}
