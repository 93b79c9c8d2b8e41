import type { CancelTimer, Clock } from "../base/mod.ts";
import type { SettingStore } from "../storage/mod.ts";
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

/** How often the hour is looked at, where there are quiet hours: somebody may set the clock. */
const LOOK_MS = 30_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The operator's wish, which survives a restart: nothing breaks radio silence but a person. And the quiet hours. */
export class ModeSwitch {
  readonly #options: ModeSwitchOptions;
  #mode: LinkMode;
  #wasSilent: boolean;
  #cancelLook: CancelTimer | undefined;

  constructor(options: ModeSwitchOptions) {
    this.#options = options;
    const stored = options.settings.get(this.#key);
    const text = stored === undefined ? undefined : decoder.decode(stored);
    this.#mode = LINK_MODES.find((mode) => mode === text) ?? "up";
    this.#wasSilent = this.isSilent;
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
    this.#look();
  }

  stop(): void {
    this.#cancelLook?.();
    this.#cancelLook = undefined;
  }

  /** @returns whether that is another mode than before */
  set(mode: LinkMode): boolean {
    if (mode === this.#mode) return false;
    this.#mode = mode;
    this.#options.settings.set(this.#key, encoder.encode(mode));
    this.#wasSilent = this.isSilent;
    return true;
  }

  get #key(): string {
    return `link-mode:${this.#options.peer}`;
  }

  #look(): void {
    const { hours, clock, onChange } = this.#options;
    const nowMs = clock.nowMs();
    const nextMs = nextChangeMs(hours, nowMs);
    if (nextMs === undefined) return;
    this.#cancelLook = clock.after(Math.min(LOOK_MS, nextMs - nowMs), () => this.#look());
    const { isSilent } = this;
    if (isSilent === this.#wasSilent) return;
    this.#wasSilent = isSilent;
    onChange();
  }
}
