import type { NamedRule, Precedence } from "../../config/mod.ts";
import { messageType, type Stanza } from "../../stanza/mod.ts";
import { elementSizeBytes, elementsOf } from "../../xml/mod.ts";
import { childTest, jidTest } from "./globs.ts";

/** What a rule may ask for beside the stanza. */
export interface Facts {
  /** The level that its sender claims, as far as he may. */
  readonly precedence: Precedence;
  /** By what names the carrier in use is known: its kind, its place. Empty while there is none. */
  readonly carrier: readonly string[];
}

/** Whether a rule is for a stanza. */
export type Match = (stanza: Stanza, facts: Facts) => boolean;

/** Compiles what a rule is for: the cheap questions first. */
export function matchOf(
  { kind, type, from, to, child, show, sizeBytes, precedence, carrier }: NamedRule["match"],
): Match {
  const tests: Match[] = [];
  if (kind !== undefined) tests.push((stanza) => kind.includes(stanza.kind));
  if (type !== undefined) tests.push((stanza) => type.some((one) => one === typeOf(stanza)));
  if (precedence !== undefined) tests.push((_, facts) => precedence.includes(facts.precedence));
  if (carrier !== undefined) tests.push((_, facts) => carrier.some((one) => facts.carrier.includes(one)));
  if (show !== undefined) {
    tests.push(({ kind, element }) => kind === "presence" && show.some((one) => one === showOf(element)));
  }
  if (child !== undefined) {
    const isMeant = childTest(child);
    tests.push(({ element }) => elementsOf(element).some(isMeant));
  }
  if (from !== undefined) tests.push(addressMatch("from", from));
  if (to !== undefined) tests.push(addressMatch("to", to));
  if (sizeBytes !== undefined) tests.push(({ element }) => elementSizeBytes(element) >= sizeBytes);
  return (stanza, facts) => tests.every((test) => test(stanza, facts));
}

function addressMatch(side: "from" | "to", patterns: readonly string[]): Match {
  const isMeant = jidTest(patterns);
  return (stanza) => isMeant(stanza[side]);
}

function typeOf(stanza: Stanza): string {
  if (stanza.kind === "message") return messageType(stanza);
  return stanza.kind === "presence" && stanza.type === "" ? "available" : stanza.type;
}

function showOf(element: Stanza["element"]): string | undefined {
  const show = elementsOf(element).find(({ name, attrs }) => name === "show" && attrs.xmlns === undefined);
  return show?.getText().trim();
}
