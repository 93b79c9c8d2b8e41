/** Speed and memory on this machine: `deno task bench`. Prints a table and writes `tests/bench/results.json`. */
import { cpus, release, totalmem } from "node:os";
import { Scratch } from "../support/config.ts";
import { print } from "../support/print.ts";
import { halyardCommand, ROOT } from "../support/process.ts";
import { measureBudgets } from "./air_budget.ts";
import { readBudgets } from "./air_file.ts";
import { printAir } from "./air_print.ts";
import { measureHf } from "./hf.ts";
import { printHfFigures, readHfFigures } from "./hf_file.ts";
import { STANZA_SIZE_BYTES } from "./load.ts";
import { benchSite, measureEcho, measureIdle, measureMessages, measureStart } from "./measure.ts";
import { measureBars, printBars } from "./bars.ts";
import { measureRules } from "./rules.ts";
import { median } from "./statistics.ts";
import { measureThroughput } from "./throughput.ts";

const STARTS = 9;
const CLIENTS = 500;
const MESSAGES = 20_000;
const ROUNDS = 5;
const MIB = 1_048_576;

await using scratch = new Scratch();
const site = await benchSite(scratch.path);

const starts = [];
for (let start = 0; start < STARTS; start++) starts.push(await measureStart(site));
const idle = await measureIdle(site, CLIENTS);
const load = await measureMessages(site, MESSAGES, ROUNDS);
const bare = await measureEcho(MESSAGES, ROUNDS);
const rulesUs = await measureRules();
const engine = { memory: await measureThroughput("memory"), sqlite: await measureThroughput("sqlite") };
const bars = await measureBars();
const hf = await measureHf();
const perSecond = ({ messages, durationMs }: { messages: number; durationMs: number }) =>
  messages / durationMs * 1_000;
const [rates, bareRates] = [load.rounds.map(perSecond), bare.map(perSecond)];

const results = {
  machine: {
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryMib: Math.round(totalmem() / MIB),
    system: `${Deno.build.os} ${release()} ${Deno.build.arch}`,
    deno: Deno.version.deno,
    command: halyardCommand().join(" ").replace(ROOT, "").replace(Deno.execPath(), "deno"),
  },
  startToReadyMs: round(median(starts.map(({ readyMs }) => readyMs))),
  memoryAfterStartMib: round(median(starts.map(({ residentSizeBytes }) => residentSizeBytes)) / MIB),
  memoryPerIdleClientKib: round(idle.perClientSizeBytes / 1_024),
  idleClients: CLIENTS,
  messagesPerSecond: { best: Math.round(Math.max(...rates)), median: Math.round(median(rates)) },
  stanzaSizeBytes: STANZA_SIZE_BYTES,
  messagesPerRound: MESSAGES,
  processorPerMessageUs: round(load.processorMs * 1_000),
  memoryAfterLoadMib: round(load.residentSizeBytes / MIB),
  echoMessagesPerSecond: { best: Math.round(Math.max(...bareRates)), median: Math.round(median(bareRates)) },
  rulesPerStanzaUs: rulesUs,
  engineStanzasPerSecond: engine,
  bars: Object.fromEntries(Object.entries(bars).map(([name, { bytes }]) => [name, bytes])),
  shareOfEcho: Math.round(median(rates) / median(bareRates) * 1_000) / 1_000,
};

const rows: readonly (readonly [string, string])[] = [
  ["start to ready, median", `${results.startToReadyMs} ms`],
  ["memory after start", `${results.memoryAfterStartMib} MiB`],
  [`memory per idle client (${CLIENTS})`, `${results.memoryPerIdleClientKib} KiB`],
  [`messages a second (${STANZA_SIZE_BYTES} bytes, two local clients), median`, thousands(median(rates))],
  ["the same, best round", thousands(Math.max(...rates))],
  ["processor time per message", `${results.processorPerMessageUs} us`],
  ["memory after that", `${results.memoryAfterLoadMib} MiB`],
  ["rules of the preset hf per stanza", `${rulesUs.hf} us`],
  ...Object.entries(engine).flatMap(([store, { together, sender, receiver, best, processorUs }]) =>
    [
      [`link engine (${store}), stanzas a second, both sides`, thousands(together)],
      ["the same, best round", thousands(best)],
      ["the sender alone, the receiver alone", `${thousands(sender)} ${thousands(receiver)}`],
      ["processor time per stanza, both sides", `${processorUs} us`],
    ] as const
  ),
  ["messages a second through a bare TCP echo, median", thousands(median(bareRates))],
  ["share of that", `${(results.shareOfEcho * 100).toFixed(1)} %`],
];
print(`${results.machine.processor}, ${results.machine.cores} cores, Deno ${results.machine.deno}\n`);
for (const [what, value] of rows) print(`${what.padEnd(64)}${value.padStart(12)}\n`);
printBars(bars);
print("\nWhat the link carries:\n");
await printAir(await measureBudgets(), await readBudgets());
print("\nOver HF, on the simulated channel:\n");
printHfFigures(hf, await readHfFigures());
await Deno.writeTextFile(`${ROOT}tests/bench/results.json`, `${JSON.stringify(results, null, 2)}\n`);

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString("en");
}
