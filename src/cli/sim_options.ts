import { errorText } from "../base/mod.ts";
import { type Endpoint, parseListen } from "../config/mod.ts";
import { HF_ADDRESSES, hfModem, type HfNetOptions, type Outage, RATES_BPS, SIS_PORT } from "../sim/mod.ts";
import { parseNodeAddress } from "../stanag5066/mod.ts";
import { CommandError, EXIT } from "./exit.ts";
import { decimalNumber, wholeNumber } from "./numbers.ts";

/** The words behind `halyard sim stanag5066`; those that may be repeated are absent when not given. */
export interface SimWords {
  readonly rate: string;
  readonly interleaver: string;
  readonly turnaround: string;
  readonly loss: string;
  readonly burst: string;
  readonly outage?: readonly string[];
  readonly speed: string;
  readonly seed: string;
  readonly listen?: readonly string[];
  readonly address?: readonly string[];
}

/** What they mean. */
export interface SimSetup {
  readonly net: HfNetOptions & { readonly addresses: readonly string[] };
  /** One for each address. */
  readonly listen: readonly Endpoint[];
  readonly speed: number;
}

const DEFAULT_LISTEN: readonly Endpoint[] = HF_ADDRESSES.map((_, index) => ({
  host: "127.0.0.1",
  port: SIS_PORT + index,
}));
const NODES = HF_ADDRESSES.length;

/** @throws {CommandError} usage, when a word is not allowed */
export function simSetup(words: SimWords): SimSetup {
  const rateBps = wholeNumber(words.rate, "--rate", RATES_BPS[0] ?? 0, RATES_BPS.at(-1) ?? 0);
  const turnaroundMs = wholeNumber(words.turnaround, "--turnaround", 0, 600_000);
  const fading = {
    lossRatio: decimalNumber(words.loss, "--loss", 0, 90) / 100,
    burstBlocks: decimalNumber(words.burst, "--burst", 1, 10_000),
  };
  const most = fading.burstBlocks / (fading.burstBlocks + 1);
  if (fading.lossRatio > most) {
    usage(
      `Cannot use --loss ${words.loss}: bursts of ${words.burst} blocks allow ${
        Math.floor(most * 100)
      } at most`,
    );
  }
  const modem = { rateBps, interleaver: words.interleaver, turnaroundMs };
  try {
    hfModem(modem);
  } catch (error) {
    usage(errorText(error));
  }
  return {
    net: {
      modem,
      fading,
      outages: (words.outage ?? []).map(outage),
      addresses: pair("--address", words.address, HF_ADDRESSES, address),
      seed: wholeNumber(words.seed, "--seed", 0, 2 ** 32 - 1),
    },
    listen: pair("--listen", words.listen, DEFAULT_LISTEN, endpoint),
    speed: decimalNumber(words.speed, "--speed", 0.1, 1_000),
  };
}

/** One for each node: none given means the defaults. */
function pair<T>(
  flag: string,
  words: readonly string[] | undefined,
  defaults: readonly T[],
  read: (word: string) => T,
): readonly T[] {
  if (words === undefined) return defaults;
  if (words.length !== NODES) usage(`Cannot use ${flag} ${words.length} times: ${NODES} nodes need one each`);
  if (new Set(words).size < words.length && !words.every((word) => word.endsWith(":0"))) {
    usage(`Cannot use ${flag} ${words[0]} twice: each node needs its own`);
  }
  return words.map(read);
}

function endpoint(word: string): Endpoint {
  return parseListen(word) ?? usage(`Cannot use --listen ${word}: an IP address and a port are needed`);
}

function address(word: string): string {
  const isNode = parseNodeAddress(word)?.isGroup === false;
  return isNode ? word : usage(`Cannot use --address ${word}: the form w.x.y.z is needed, w from 0 to 15`);
}

/** `FROM-TO`, seconds since the start. */
function outage(word: string): Outage {
  const [, from, to] = /^(\d{1,9})-(\d{1,9})$/.exec(word) ?? [];
  const [fromMs, toMs] = [Number(from) * 1_000, Number(to) * 1_000];
  return fromMs < toMs
    ? { fromMs, toMs }
    : usage(`Cannot use --outage ${word}: FROM-TO is needed, in seconds since the start`);
}

function usage(message: string): never {
  throw new CommandError(message, EXIT.usage);
}
