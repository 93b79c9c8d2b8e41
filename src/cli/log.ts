import { pino } from "pino";
import type { Log, LogFields } from "../base/mod.ts";
import { writeAllSync } from "./exit.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFormat = "text" | "json";

/** Longest text of a field; the rest of it is cut off. */
const FIELD_LENGTH = 200;

/**
 * The log of the running program, on stderr: one line an event, as JSON for machines or as text for people.
 * stdout stays free for what commands answer. A log that cannot be written is no reason not to serve: what does not
 * go out is lost.
 * @param write takes each line; stderr unless a test reads along
 */
export function programLog(
  level: LogLevel,
  format: LogFormat,
  write: (line: string) => void = (line) => writeAllSync(Deno.stderr, line),
): Log {
  const writeLine = (line: string) => {
    try {
      write(escaped(format === "json" ? line : asText(line)));
    } catch {
      // The reader of stderr is gone, or its disk is full: there is nobody left to tell.
    }
  };
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  const logger = pino(options, { write: writeLine });
  const at = (name: LogLevel) => (event: string, fields: LogFields = {}) => logger[name](cut(fields), event);
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

function cut(fields: LogFields): LogFields {
  const short = (value: LogFields[string]) =>
    typeof value === "string" && value.length > FIELD_LENGTH ? `${value.slice(0, FIELD_LENGTH)}…` : value;
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, short(value)]));
}

const LEVEL_NAMES: Readonly<Record<number, string>> = { 20: "debug", 30: "info", 40: "WARN", 50: "ERROR" };

function asText(json: string): string {
  const { level, time, msg, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const shown = Object.entries(fields).map(([key, value]) => ` ${key}=${quoted(String(value))}`).join("");
  return `${String(time)} ${LEVEL_NAMES[Number(level)] ?? ""} ${String(msg)}${shown}\n`;
}

/** Line ends and quotes inside a value would let a peer write lines of its own into the log. */
function quoted(value: string): string {
  return /^[\w.:@/+-]+$/.test(value) ? value : JSON.stringify(value);
}

/** What JSON lets through and a terminal may obey: the controls from U+007F, and the line ends of Unicode. */
function escaped(line: string): string {
  return line.replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
