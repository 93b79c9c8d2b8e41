import { hfModem, measureCapacity } from "../../src/sim/mod.ts";
import type { SimClient } from "../support/sim_client.ts";
import { phoneMessage, referenceBodies } from "./air_budget.ts";
import { AirWorld } from "./air_world.ts";
import { HfWorld, type HfWorldOptions } from "./hf_world.ts";

/** One figure of the link over HF. */
export interface HfFigure {
  readonly value: number;
  readonly unit: string;
  readonly better: "less" | "more";
  /** What was promised: at most, or at least, that. */
  readonly bar?: number;
}

/** Every figure by name. */
export type HfFigures = Readonly<Record<string, HfFigure>>;

const BODY = "Alongside at 0600, fuel and water please, and mail if any is".padEnd(60, ".");
/** Virtual time in which everything comes to rest and the soft link is gone. */
const REST_MS = 120_000;
/** A soft link that was just used is still there. */
const PAUSE_MS = 12_000;
const HOUR_MS = 3_600_000;
const BULK_MESSAGES = 500;
const TALK_MESSAGES = 50;
const RETURNS = 10;
const RETURN_STEP_MS = 1_300;
/** What one message may take at 1,200 bit/s when the soft link is to be made. */
const SET_UP_S = 12;

/** Measures all of them, in virtual time: the same program gives the same figures on every machine. */
export async function measureHf(): Promise<HfFigures> {
  return {
    ...await measureOne(1_200, { made: 12, up: 4 }),
    ...await measureOne(300, { up: 6 }),
    ...await measureBulk(300),
    ...await measureBulk(1_200),
    ...await measureBulk(9_600),
    ...await measureSlow(),
    ...await measureOutage(),
    ...await measureReturn(),
    ...await measureLoss(),
    ...await measureOctets(),
  };
}

/** Both clients, logged in and available, and the link at rest. */
async function people(hf: HfWorld): Promise<{ readonly romeo: SimClient; readonly juliet: SimClient }> {
  const romeo = await hf.login("ship", "deck");
  const juliet = await hf.login("shore", "home");
  for (const client of [romeo, juliet]) client.send("<presence/>");
  await hf.world.clock.advance(REST_MS);
  return { romeo, juliet };
}

/** One message of 60 characters from client to client, without and with a soft link. */
async function measureOne(rateBps: number, bars: { made?: number; up: number }): Promise<HfFigures> {
  await using hf = await HfWorld.start({ modem: { rateBps } });
  const { romeo, juliet } = await people(hf);
  const say = async (count: number) => {
    const startMs = hf.nowMs;
    romeo.send(hf.message("ship", BODY));
    await hf.messages(juliet, count, HOUR_MS);
    return (hf.nowMs - startMs) / 1_000;
  };
  const made = await say(1);
  await hf.world.clock.advance(PAUSE_MS);
  const up = await say(2);
  const name = `60 characters at ${rateBps} bit/s`;
  return {
    [`${name}, soft link to be made`]: seconds(made, bars.made),
    [`${name}, soft link up`]: seconds(up, bars.up),
  };
}

/** A backlog, against what the same node carries when fed full U_PDUs without end. */
async function measureBulk(rateBps: number): Promise<HfFigures> {
  const bodies = await referenceBodies();
  await using hf = await HfWorld.start({ modem: { rateBps } });
  const { romeo, juliet } = await people(hf);
  hf.net.channel.resetCounts();
  const startMs = hf.nowMs;
  for (let n = 0; n < BULK_MESSAGES; n++) romeo.send(hf.message("ship", bodies[n % bodies.length] ?? ""));
  await hf.messages(juliet, 1, HOUR_MS);
  const [firstMs, firstBytes] = [hf.nowMs, hf.arrivedBytes("shore")];
  await hf.messages(juliet, BULK_MESSAGES, 48 * HOUR_MS);
  const bytesPerSecond = (hf.arrivedBytes("shore") - firstBytes) * 1_000 / (hf.nowMs - firstMs);
  const capacity = await measureCapacity({ modem: hfModem({ rateBps }) });
  const name = `500 messages at ${rateBps} bit/s`;
  return {
    [`${name}, share of the node's capacity`]: {
      value: rounded(bytesPerSecond / capacity.bytesPerSecond, 3),
      unit: "",
      better: "more",
      bar: 0.97,
    },
    [`${name}, channel idle meanwhile`]: seconds(hf.net.channel.counts.idleMs / 1_000, 0),
    [`${name}, all delivered after`]: seconds((hf.nowMs - startMs) / 1_000),
  };
}

async function measureSlow(): Promise<HfFigures> {
  const bodies = await referenceBodies();
  await using hf = await HfWorld.start({ modem: { rateBps: 75 } });
  const { romeo, juliet } = await people(hf);
  const startMs = hf.nowMs;
  for (let n = 0; n < 20; n++) {
    romeo.send(hf.message("ship", bodies[n] ?? ""));
    juliet.send(hf.message("shore", bodies[n + 20] ?? ""));
    await hf.world.clock.advance(30_000);
  }
  await hf.messages(juliet, 20, 24 * HOUR_MS);
  await hf.messages(romeo, 20, 24 * HOUR_MS);
  return {
    "20 messages each way at 75 bit/s, one each 30 s, all after": seconds((hf.nowMs - startMs) / 1_000),
  };
}

/** 200 messages each way, with two hours in the middle in which nothing gets through. */
async function measureOutage(): Promise<HfFigures> {
  await using hf = await HfWorld.start();
  const { romeo, juliet } = await people(hf);
  for (let n = 0; n < 200; n++) {
    say(hf, romeo, juliet, n);
    await hf.world.clock.advance(1_000);
    if (n === 30) hf.net.channel.cut();
  }
  await hf.world.clock.advance(2 * HOUR_MS - 170_000);
  const before = hf.bodies(romeo).length + hf.bodies(juliet).length;
  hf.net.channel.mend();
  const endMs = hf.nowMs;
  await hf.world.clock.until(() => hf.bodies(romeo).length + hf.bodies(juliet).length > before, HOUR_MS);
  const firstMs = hf.nowMs - endMs;
  await hf.messages(juliet, 200, 4 * HOUR_MS);
  await hf.messages(romeo, 200, 4 * HOUR_MS);
  const allMs = hf.nowMs - endMs;
  await hf.world.clock.advance(REST_MS);
  return {
    "outage of two hours in 200 messages each way, first delivery after its end": seconds(firstMs / 1_000),
    "the same, all delivered after": seconds(allMs / 1_000),
    "the same, lost or repeated": amiss(hf, romeo, juliet, 200),
  };
}

/**
 * Outages that end at ten different moments of the node's calling. A node that makes a link repeats its request every
 * three times the request's air time and two turnarounds: only what it sends after the end can be heard.
 */
async function measureReturn(): Promise<HfFigures> {
  await using hf = await HfWorld.start();
  const { romeo, juliet } = await people(hf);
  let heardMs = 0;
  hf.net.channel.watch(({ startMs }) => heardMs ||= hf.net.channel.isUp && startMs >= endMs ? startMs : 0);
  let endMs = Infinity;
  const sinceEnd: number[] = [];
  const sinceHeard: number[] = [];
  for (let phase = 0; phase < RETURNS; phase++) {
    endMs = Infinity;
    hf.net.channel.cut();
    romeo.send(hf.message("ship", BODY));
    await hf.world.clock.advance(600_000 + phase * RETURN_STEP_MS);
    hf.net.channel.mend();
    [endMs, heardMs] = [hf.net.channel.nowMs, 0];
    await hf.messages(juliet, phase + 1, HOUR_MS);
    sinceEnd.push(hf.net.channel.nowMs - endMs);
    sinceHeard.push(hf.net.channel.nowMs - heardMs);
    await hf.world.clock.advance(REST_MS);
  }
  const name = "ten outages of ten minutes, longest until the first delivery";
  return {
    [`${name} since the end`]: seconds(Math.max(...sinceEnd) / 1_000),
    [`${name} since the node's first call`]: seconds(Math.max(...sinceHeard) / 1_000, SET_UP_S),
  };
}

/** Every tenth interleaver block lost, four in a row on average. */
async function measureLoss(): Promise<HfFigures> {
  const fading = { lossRatio: 0.1, burstBlocks: 4 };
  const found: HfFigure[] = [];
  for (let seed = 1; seed <= 3; seed++) {
    await using hf = await HfWorld.start({ fading, seed });
    const { romeo, juliet } = await people(hf);
    for (let n = 0; n < 200; n++) {
      say(hf, romeo, juliet, n);
      await hf.world.clock.advance(1_000);
    }
    await hf.messages(juliet, 200, 24 * HOUR_MS);
    await hf.messages(romeo, 200, 24 * HOUR_MS);
    await hf.world.clock.advance(REST_MS);
    found.push(amiss(hf, romeo, juliet, 200));
  }
  const value = found.reduce((sum, figure) => sum + figure.value, 0);
  return { "10 % of blocks lost, 200 messages each way, three seeds, lost or repeated": count(value) };
}

/** U_PDU octets with RCOP's header, and what TCP carries for the same, without the headers of TCP and IP. */
async function measureOctets(): Promise<HfFigures> {
  const [hfBulk, hfTalk] = [await hfOctets(0), await hfOctets(PAUSE_MS)];
  const [tcpBulk, tcpTalk] = [await tcpOctets(0), await tcpOctets(PAUSE_MS)];
  return {
    "U_PDU octets a message, 500 at once": octets(hfBulk, tcpBulk),
    "bytes a message over TCP, 500 at once": octets(tcpBulk),
    "U_PDU octets a message, one each 12 s": octets(hfTalk),
    "bytes a message over TCP, one each 12 s": octets(tcpTalk),
  };
}

async function hfOctets(pauseMs: number): Promise<number> {
  const options: HfWorldOptions = { modem: { rateBps: 2_400 } };
  await using hf = await HfWorld.start(options);
  const { romeo, juliet } = await people(hf);
  const crossed = () => hf.arrivedBytes("ship") + hf.arrivedBytes("shore");
  const messages = pauseMs === 0 ? BULK_MESSAGES : TALK_MESSAGES;
  const before = crossed();
  for (const body of await bodiesFor(messages)) {
    romeo.send(hf.message("ship", body));
    if (pauseMs > 0) await hf.world.clock.advance(pauseMs);
  }
  await hf.messages(juliet, messages, 24 * HOUR_MS);
  await hf.world.clock.advance(REST_MS);
  return (crossed() - before) / messages;
}

async function tcpOctets(pauseMs: number): Promise<number> {
  await using air = await AirWorld.start("halyard");
  air.world.addAccount("ship", "romeo");
  air.world.addAccount("shore", "juliet");
  const romeo = await air.login("ship", "romeo", "deck");
  const juliet = await air.login("shore", "juliet", "home");
  for (const client of [romeo, juliet]) client.send("<presence/>");
  await air.rest();
  air.since();
  const messages = pauseMs === 0 ? BULK_MESSAGES : TALK_MESSAGES;
  for (const body of await bodiesFor(messages)) {
    romeo.send(phoneMessage("juliet@shore.example", body, air.uuid()));
    if (pauseMs > 0) await air.world.clock.advance(pauseMs);
  }
  const arrived = () => juliet.inbox.filter(({ name }) => name === "message").length;
  await air.world.clock.until(() => arrived() >= messages, 24 * HOUR_MS);
  await air.rest();
  const { forth, back } = air.since();
  return (forth + back) / messages;
}

async function bodiesFor(messages: number): Promise<string[]> {
  const bodies = await referenceBodies();
  return Array.from({ length: messages }, (_, n) => bodies[n % bodies.length] ?? "");
}

function say(hf: HfWorld, romeo: SimClient, juliet: SimClient, n: number): void {
  romeo.send(hf.message("ship", `forth ${n}`));
  juliet.send(hf.message("shore", `back ${n}`));
}

/** How many are missing, too many, or out of order. */
function amiss(hf: HfWorld, romeo: SimClient, juliet: SimClient, messages: number): HfFigure {
  const wrong = ([client, way]: readonly [SimClient, string]) => {
    const bodies = hf.bodies(client);
    const inPlace = bodies.filter((body, n) => body === `${way} ${n}`).length;
    return Math.max(messages, bodies.length) - inPlace;
  };
  return count(wrong([juliet, "forth"]) + wrong([romeo, "back"]));
}

function count(value: number): HfFigure {
  return { value, unit: "", better: "less", bar: 0 };
}

function seconds(value: number, bar?: number): HfFigure {
  return { value: rounded(value, 1), unit: "s", better: "less", ...(bar !== undefined && { bar }) };
}

function octets(value: number, bar?: number): HfFigure {
  return {
    value: rounded(value, 1),
    unit: "octets",
    better: "less",
    ...(bar !== undefined && { bar: rounded(bar, 1) }),
  };
}

function rounded(value: number, places: number): number {
  return Math.round(value * 10 ** places) / 10 ** places;
}
