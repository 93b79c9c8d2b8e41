import * as z from "zod/mini";
import { Jid } from "../stanza/mod.ts";
import { type Endpoint, ENDPOINT_PATTERN, parseConnect, parseListen } from "./endpoint.ts";
import { byDefault, type Field, PLAIN, type Suffix } from "./field.ts";
import { type AddressRange, parseRange } from "./ip.ts";
import {
  DURATION,
  parseQuantity,
  quantityPattern,
  type QuantityText,
  RATE,
  SIZE,
  type UnitFamily,
} from "./units.ts";

/** What every kind of value is made with. */
interface LeafOptions<D> {
  /** What the key means: one sentence. */
  readonly about: string;
  /** Default as written in the file; without it the key is required. */
  readonly fallback?: D;
}

interface LeafKind {
  readonly type: string;
  readonly expects: string;
  readonly later?: readonly string[];
}

function leaf<T, S extends Suffix>(
  schema: z.ZodMiniType<T>,
  suffix: S,
  kind: LeafKind,
  options: LeafOptions<unknown>,
): Field<T, S> {
  const { about, fallback } = options;
  const field = { ...PLAIN, schema, suffix, about, ...kind };
  return fallback === undefined ? field : byDefault(fallback, field);
}

/** A text with a meaning: the pattern is for editors, `parse` decides. */
function textSchema<T>(pattern: RegExp, parse: (text: string) => T | undefined): z.ZodMiniType<T> {
  const parsed = z.transform((text: string, payload): T => {
    const value = parse(text);
    if (value !== undefined) return value;
    payload.issues.push({ code: "custom", input: text });
    return z.NEVER;
  });
  return z.pipe(z.string().check(z.regex(pattern)), parsed);
}

interface RangeOptions<D> extends LeafOptions<D> {
  /** Least value allowed. */
  readonly from: D;
  /** Greatest value allowed. */
  readonly to: D;
  /** Shown in messages; the default unless given. */
  readonly example?: D;
}

function quantity<S extends Suffix>(
  family: UnitFamily,
  suffix: S,
  options: RangeOptions<string>,
): Field<number, S> {
  const least = boundOf(options.from, family);
  const most = boundOf(options.to, family);
  const parse = (text: string) => {
    const amount = parseQuantity(text, family);
    return amount !== undefined && amount >= least && amount <= most ? amount : undefined;
  };
  const units = Object.keys(family.units).join(", ");
  const example = options.example ?? options.fallback ?? options.from;
  const expects =
    `${family.noun} from ${options.from} to ${options.to}, such as ${example} (units: ${units})`;
  return leaf(textSchema(quantityPattern(family), parse), suffix, { type: family.type, expects }, options);
}

function boundOf(text: string, family: UnitFamily): number {
  const bound = parseQuantity(text, family);
  if (bound === undefined) throw new TypeError(`Cannot use ${text} as a bound: it is not ${family.noun}`);
  return bound;
}

/** `500ms`, `30s`, `5m`, `2h`, `7d`; the server gets milliseconds. */
export function duration(options: RangeOptions<QuantityText<typeof DURATION>>): Field<number, "Ms"> {
  return quantity(DURATION, "Ms", options);
}

/** A duration, or `off`, which is the default; the server gets milliseconds, or undefined. */
export function durationOrOff(
  options: Required<Omit<RangeOptions<QuantityText<typeof DURATION>>, "fallback">>,
): Field<number | undefined, "Ms"> {
  const field = duration(options);
  const off = z.pipe(z.literal("off"), z.transform(() => undefined));
  const either = { ...field, schema: z.union([off, field.schema]), type: "duration or `off`" };
  return byDefault("off", { ...either, expects: `off, or ${field.expects}` });
}

/** `512B`, `64KiB`, `1MiB`; the server gets bytes. */
export function size(options: RangeOptions<QuantityText<typeof SIZE>>): Field<number, "Bytes"> {
  return quantity(SIZE, "Bytes", options);
}

/** `2400bps`, `9.6kbps`; the server gets bits a second. */
export function rate(options: RangeOptions<QuantityText<typeof RATE>>): Field<number, "Bps"> {
  return quantity(RATE, "Bps", options);
}

/** A whole number. */
export function count(options: RangeOptions<number>): Field<number, ""> {
  const { from, to } = options;
  const schema = z.int().check(z.minimum(from), z.maximum(to));
  return leaf(schema, "", { type: "number", expects: `a whole number from ${from} to ${to}` }, options);
}

/** `true` or `false`. */
export function flag(options: LeafOptions<boolean>): Field<boolean, ""> {
  return leaf(z.boolean(), "", { type: "true or false", expects: "true or false" }, options);
}

/** One out of a few words; `later` are words of features that this version does not have. */
export function choice<const W extends string>(
  options: LeafOptions<W> & { readonly words: readonly W[]; readonly later?: readonly string[] },
): Field<W, ""> {
  const { words, later = [] } = options;
  const type = words.map((word) => `\`${word}\``).join(", ");
  const expects = words.length === 1 ? `only ${words[0]}` : `one of: ${words.join(", ")}`;
  return leaf(z.enum(words), "", { type, expects, later }, options);
}

/** A file or folder. Relative ones are meant from the folder of the configuration file. */
export function path(options: LeafOptions<string>): Field<string, ""> {
  const schema = z.string().check(z.regex(/^[^\0]+$/));
  return leaf(schema, "", { type: "path", expects: "a path, relative to this file or absolute" }, options);
}

/** An XMPP domain (RFC 7622 section 3.2), in its prepared form. */
export function domain(options: LeafOptions<string>): Field<string, ""> {
  const kind = { type: "domain", expects: "an XMPP domain such as ship.example" };
  return leaf(textSchema(/^[^\s@/]+$/, parseDomain), "", kind, options);
}

/** Reads an XMPP domain into its prepared form; undefined when it is none. */
export function parseDomain(text: string): string | undefined {
  const jid = Jid.parse(text);
  return jid === undefined || jid.toString() !== jid.domain ? undefined : jid.domain;
}

/** Where to listen: IP address and port. */
export function listen(options: LeafOptions<string>): Field<Endpoint, ""> {
  const expects = 'an IP address and a port up to 65535, such as "0.0.0.0:5222" or "[::]:5222"';
  return leaf(textSchema(ENDPOINT_PATTERN, parseListen), "", { type: "address:port", expects }, options);
}

/** Whom to call: IP address or host name, and port. */
export function connect(options: LeafOptions<string>): Field<Endpoint, ""> {
  const expects = 'an address or host name and a port from 1 to 65535, such as "203.0.113.5:5270"';
  return leaf(textSchema(ENDPOINT_PATTERN, parseConnect), "", { type: "address:port", expects }, options);
}

/** An IP address or a block of them. */
export function addressRange(options: LeafOptions<string>): Field<AddressRange, ""> {
  const expects = 'an IP address or a block of them, such as "203.0.113.5" or "10.0.0.0/8"';
  return leaf(
    textSchema(/^[0-9A-Fa-f:.]+(\/\d{1,3})?$/, parseRange),
    "",
    { type: "address", expects },
    options,
  );
}

const NODE_ADDRESS = /^(1[0-5]|\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;

/** The address of one STANAG 5066 node (Annex A, section A.2.2.28.1). */
export function nodeAddress(options: LeafOptions<string>): Field<string, ""> {
  const expects = 'the address of one node, four numbers up to 15.255.255.255, such as "1.2.3.4"';
  const parse = (text: string) => text.split(".").map(Number).join(".");
  return leaf(textSchema(NODE_ADDRESS, parse), "", { type: "node address", expects }, options);
}

/** A part of each day; it may go over midnight. Minutes from midnight. */
export interface TimeSpan {
  readonly fromMinute: number;
  readonly toMinute: number;
}

const TIME_SPAN = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/;

/** `22:00-06:00`; the server gets minutes from midnight. */
export function timeSpan(options: LeafOptions<string>): Field<TimeSpan, ""> {
  const expects = 'a part of the day in hours and minutes, such as "22:00-06:00"';
  const parse = (text: string): TimeSpan | undefined => {
    const [fromHour = 0, from = 0, toHour = 0, to = 0] = (TIME_SPAN.exec(text) ?? []).slice(1).map(Number);
    const span = { fromMinute: 60 * fromHour + from, toMinute: 60 * toHour + to };
    return span.fromMinute === span.toMinute ? undefined : span;
  };
  return leaf(textSchema(TIME_SPAN, parse), "", { type: "time-time", expects }, options);
}

/** A SHA-256 fingerprint; the server gets 64 hexadecimal digits in lower case. */
export function fingerprint(options: LeafOptions<string>): Field<string, ""> {
  const pattern = /^[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){31}$/;
  const expects = "a SHA-256 fingerprint: 64 hexadecimal digits, with or without colons between the pairs";
  const parse = (text: string) => text.replaceAll(":", "").toLowerCase();
  return leaf(textSchema(pattern, parse), "", { type: "fingerprint", expects }, options);
}
