import { pickPorts, writeSite } from "../support/config.ts";
import { addUser, HalyardProcess } from "../support/process.ts";
import { AFTER_LOGIN } from "./after_login.ts";
import { type Attack, attack, type Kinds, onStream, type Outcome } from "./attack.ts";
import { BEFORE_LOGIN } from "./before_login.ts";
import { Dice } from "../support/dice.ts";
import { Innocents } from "./innocents.ts";
import { MUTATIONS } from "./mutations.ts";
import { perform, type Target } from "./runner.ts";
import { VICES } from "./vices.ts";

const PASSWORD = "secret";
/** Quick attacks that run at the same time, and slow ones. */
const QUICK_AT_ONCE = 24;
const SLOW_AT_ONCE = 200;
/** Half of the attacks are mutations; the other half goes through all kinds in turn. */
const MUTATED_SHARE = 2;
/** What an endless attack may get rid of before it is cut, socket buffers included. */
const TAKEN_SIZE_BYTES = 24 * 1_048_576;
const MEMORY_EVERY = 25;
/**
 * What the server's memory may grow by. Most of it is room that the engine takes before it collects garbage, so it
 * is the same after 1,500 attacks and after 10,000; a tenth of one endless attack would not fit.
 */
export const GROWTH_SIZE_BYTES = 256 * 1_048_576;
const DRAIN_MS = 15_000;

/** Every kind of attack but the mutations, by name. */
export const KINDS: Kinds = { ...BEFORE_LOGIN, ...AFTER_LOGIN, ...vicesAsKinds() };

/** What a siege is like. */
export interface SiegeOptions {
  readonly attacks: number;
  readonly seed: number;
  /** A folder for the server under siege. */
  readonly directory: string;
}

/** What came of it. */
export interface Report {
  /** How often each kind of attack ended in which way. */
  readonly tally: ReadonlyMap<string, ReadonlyMap<Outcome, number>>;
  /** Attacks that ended in the wrong way, with the number that repeats each of them. */
  readonly wrong: readonly string[];
  readonly durationMs: number;
  readonly innocentLines: number;
  readonly innocentSlowestMs: number;
  readonly residentSizeBytes: { readonly before: number; readonly peak: number };
  /** Open files of the server before, and once all attackers were gone. */
  readonly files: { readonly before: number; readonly after: number };
  /** Lines of the server's log that tell of a mistake of its own. */
  readonly complaints: readonly string[];
}

interface Planned {
  readonly number: number;
  readonly kind: string;
  readonly attack: Attack;
}

function vicesAsKinds(): Kinds {
  const kinds: Record<string, (dice: Dice) => Attack> = {};
  for (const [name, { make, right }] of Object.entries(VICES)) {
    kinds[`${name}, before the login`] = (dice) => onStream(make(dice), [right]);
    kinds[`${name}, after the login`] = (dice) => attack(make(dice), [right], { loggedIn: true });
  }
  return kinds;
}

/** Attack number `number` of a siege: the same for the same seed. */
export function plan(seed: number, number: number): Planned {
  const dice = new Dice(seed * 1_000_003 + number);
  const kinds = Object.entries(number % MUTATED_SHARE === 0 ? MUTATIONS : KINDS);
  const turn = Math.floor(number / MUTATED_SHARE);
  const [kind, make] = kinds[turn % kinds.length] ?? kinds[0] ?? [];
  if (kind === undefined || make === undefined) throw new Error("Cannot plan an attack: there are no kinds");
  const made = make(dice);
  // A heavy one is made once; later it is the turn of another.
  if (made.pace === "heavy" && turn >= kinds.length) return plan(seed, number - 1);
  return { number, kind, attack: made };
}

/** One server under attack, while two others chat. */
export class Siege {
  readonly #server: HalyardProcess;
  readonly #target: Target;
  readonly #tally = new Map<string, Map<Outcome, number>>();
  readonly #wrong: string[] = [];
  #peakSizeBytes = 0;
  #done = 0;

  private constructor(server: HalyardProcess, target: Target) {
    this.#server = server;
    this.#target = target;
  }

  /** Starts a server, lays siege to it, and stops it. @throws {Error} when it is dead, or serves nobody else */
  static async lay({ attacks, seed, directory }: SiegeOptions): Promise<Report> {
    const { configPath, ports, domain } = await writeSite(directory, "ship.example", pickPorts(), {
      limits: {
        connections_per_address: 2_000,
        sessions_per_account: 1_000,
        negotiation_time: "5s",
      },
      log: { level: "warn", format: "json" },
    });
    for (const user of ["alice", "bob", "mallory"]) await addUser(configPath, `${user}@${domain}`, PASSWORD);
    await using server = await HalyardProcess.start(configPath);
    const login = { user: "mallory", password: PASSWORD, salted: new Map() };
    const siege = new Siege(server, { ports, domain, login });
    return await siege.#run(Array.from({ length: attacks }, (_, number) => plan(seed, number)));
  }

  async #run(plans: readonly Planned[]): Promise<Report> {
    const innocents = await Innocents.login(this.#target);
    const beforeSizeBytes = await this.#server.residentSizeBytes();
    const filesBefore = await this.#server.openFiles();
    const startMs = performance.now();
    innocents.start();
    const isSlow = ({ attack }: Planned) => attack.pace === "slow";
    try {
      await Promise.all([
        this.#pool(plans.filter(isSlow), SLOW_AT_ONCE),
        this.#pool(plans.filter((planned) => !isSlow(planned)), QUICK_AT_ONCE),
      ]);
      const durationMs = performance.now() - startMs;
      const filesAfter = await this.#drained(filesBefore);
      return {
        tally: this.#tally,
        wrong: this.#wrong,
        durationMs,
        innocentLines: innocents.lines,
        innocentSlowestMs: innocents.slowestMs,
        residentSizeBytes: { before: beforeSizeBytes, peak: this.#peakSizeBytes },
        files: { before: filesBefore, after: filesAfter },
        complaints: this.#server.log.split("\n").filter((line) => line.includes('"level":50')),
      };
    } finally {
      await innocents.stop();
    }
  }

  async #pool(plans: readonly Planned[], atOnce: number): Promise<void> {
    const waiting = [...plans].reverse();
    const work = async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await this.#attack(next);
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  }

  async #attack({ kind, attack, number }: Planned): Promise<void> {
    const { outcome, sentSizeBytes } = await perform(attack, this.#target);
    const outcomes = this.#tally.get(kind) ?? new Map<Outcome, number>();
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    this.#tally.set(kind, outcomes);
    const isRight = attack.right.length > 0
      ? attack.right.includes(outcome)
      : !["open", "cut", "closed"].includes(outcome);
    if (!isRight) this.#wrong.push(`#${number} ${kind}: ${outcome}, right is ${attack.right.join(" or ")}`);
    if (sentSizeBytes > TAKEN_SIZE_BYTES) {
      this.#wrong.push(`#${number} ${kind}: ${sentSizeBytes} bytes taken`);
    }
    if (++this.#done % MEMORY_EVERY !== 0) return;
    this.#peakSizeBytes = Math.max(this.#peakSizeBytes, await this.#server.residentSizeBytes());
  }

  /** Waits until the server has let go of all attackers. @returns how many files it still has open */
  async #drained(before: number): Promise<number> {
    const giveUpMs = performance.now() + DRAIN_MS;
    for (;;) {
      const now = await this.#server.openFiles();
      if (now <= before || performance.now() > giveUpMs) return now;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** The tally as a table: one line a kind. */
export function table(report: Report): string {
  const lines = [...report.tally].sort().map(([kind, outcomes]) => {
    const ends = [...outcomes].sort((a, b) => b[1] - a[1]).map(([outcome, count]) => `${count} ${outcome}`);
    return `${kind.padEnd(44)} ${ends.join(", ")}`;
  });
  const { before, peak } = report.residentSizeBytes;
  const mib = (sizeBytes: number) => (sizeBytes / 1_048_576).toFixed(0);
  return [
    ...lines,
    `${(report.durationMs / 1_000).toFixed(1)} s; memory ${mib(before)} MiB, at most ${mib(peak)} MiB; ` +
    `open files ${report.files.before}, ${report.files.after} when all were gone`,
    `meanwhile two others chatted: ${report.innocentLines} lines answered, the slowest after ` +
    `${report.innocentSlowestMs.toFixed(0)} ms`,
    "",
  ].join("\n");
}
