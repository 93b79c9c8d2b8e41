import { CommandError, EXIT } from "./exit.ts";

/** A whole number out of an option. @throws {CommandError} usage, when it is none or out of its range */
export function wholeNumber(text: string, flag: string, from: number, to: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= from && value <= to) return value;
  throw new CommandError(
    `Cannot use ${flag} ${text}: a whole number from ${from} to ${to} is needed`,
    EXIT.usage,
  );
}

/** A number, with a fraction perhaps, out of an option. @throws {CommandError} usage */
export function decimalNumber(text: string, flag: string, from: number, to: number): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value >= from && value <= to) return value;
  throw new CommandError(`Cannot use ${flag} ${text}: a number from ${from} to ${to} is needed`, EXIT.usage);
}
