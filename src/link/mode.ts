import type { Clock } from "../base/mod.ts";
import type { SettingStore } from "../storage/mod.ts";
import { Deadline } from "./deadline.ts";
import { isQuiet, nextChangeMs, type QuietHours } from "./quiet_hours.ts";

/**
 * How an operator wants a link: `up`; `down`, no connection at all; `quiet`, receive-only: what comes is taken, but
 * nothing is sent, not even an acknowledgement, and nobody is called.
 */
export const LINK_MODES = ["up", "down", "quiet"] as const;
export type LinkMode = typeof LINK_MODES[number];

export interface ModeSwitchOptions {
  readonly peer: string;
  readonly settings: SettingStore;
  readonly hours: readonly QuietHours[];
  readonly clock: Clock;
  /** Whether something may be sent, or somebody called, has changed. */
  readonly onChange: () => void;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The operator's wish, which survives a restart: nothing breaks radio silence but a person. And the quiet hours. */
export class ModeSwitch {
  readonly #options: ModeSwitchOptions;
  readonly #deadline: Deadline;
  #mode: LinkMode;

  constructor(options: ModeSwitchOptions) {
    this.#options = options;
    const stored = options.settings.get(this.#key);
    const text = stored === undefined ? undefined : decoder.decode(stored);
    this.#mode = LINK_MODES.find((mode) => mode === text) ?? "up";
    this.#deadline = new Deadline(options.clock, () => {
      this.#arm();
      options.onChange();
    });
  }

  get mode(): LinkMode {
    return this.#mode;
  }

  /** Whether nothing may be sent and nobody called. */
  get isSilent(): boolean {
    const { hours, clock } = this.#options;
    return this.#mode !== "up" || isQuiet(hours, clock.nowMs());
  }

  /** Watches the clock from now on. */
  start(): void {
    this.#arm();
  }

  stop(): void {
    this.#deadline.set(undefined);
  }

  /** @returns whether that is another mode than before */
  set(mode: LinkMode): boolean {
    if (mode === this.#mode) return false;
    this.#mode = mode;
    this.#options.settings.set(this.#key, encoder.encode(mode));
    return true;
  }

  get #key(): string {
    return `link-mode:${this.#options.peer}`;
  }

  #arm(): void {
    const { hours, clock } = this.#options;
    this.#deadline.set(nextChangeMs(hours, clock.nowMs()));
  }
}
