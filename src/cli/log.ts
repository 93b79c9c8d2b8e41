import { pino } from "pino";
import type { Log, LogFields } from "../base/mod.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFormat = "text" | "json";

/**
 * The log of the running program, on stderr: one line an event, as JSON for machines or as text for people.
 * stdout stays free for what commands answer.
 */
export function programLog(level: LogLevel, format: LogFormat): Log {
  const destination = { write: format === "json" ? writeLine : (line: string) => writeLine(asText(line)) };
  const logger = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  const at = (name: LogLevel) => (event: string, fields?: LogFields) => logger[name](fields ?? {}, event);
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

const encoder = new TextEncoder();

function writeLine(line: string): void {
  Deno.stderr.writeSync(encoder.encode(line));
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
