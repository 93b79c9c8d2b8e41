import type { Explained } from "../link/mod.ts";
import type { Stanza } from "../stanza/mod.ts";
import { durationText, sizeText } from "./units.ts";

/** What is said of one stanza that stands at `line`. */
export function explainedLines(
  line: number,
  stanza: Stanza,
  direction: "out" | "in",
  explained: Explained,
  rateBps: number | undefined,
): string[] {
  const { kind, type, from, to } = stanza;
  const head = `line ${line}: ${kind}${type === "" ? "" : ` (${type})`} from ${from} to ${to}${
    direction === "in" ? ", coming from the peer" : ""
  }`;
  const verdicts = explained.verdicts.map(({ rule, why, savedBytes }) =>
    `  ${rule}: ${why}${savedBytes === 0 ? "" : `, ${sizeText(savedBytes)} less`}`
  );
  const terms = termsText(explained);
  return [
    head,
    ...verdicts,
    ...(verdicts.length === 0 ? ["  no rule has anything to say"] : []),
    ...(terms === "" ? [] : [`  ${terms}`]),
    `  ${sizesText(explained, rateBps)}`,
  ];
}

function termsText({ result, level, expireMs, holdMs }: Explained): string {
  if (result === undefined) return "";
  return [
    level === "routine" ? "" : `waits as ${level}`,
    expireMs === undefined ? "" : `is worthless after ${durationText(expireMs)}`,
    holdMs === undefined ? "" : `waits for company up to ${durationText(holdMs)}`,
  ].filter((text) => text !== "").join(", ");
}

function sizesText(explained: Explained, rateBps: number | undefined): string {
  const { result, sizeBytes, leftBytes, linkBytes } = explained;
  if (result === undefined) return `does not cross; ${sizeBytes} B as it came, nothing on the link`;
  const after = `${sizeBytes} B as it came, ${leftBytes} B after the rules`;
  if (linkBytes === undefined) return after;
  const air = rateBps === undefined ? "" : `, ${airText(linkBytes * 8_000 / rateBps)} on the air`;
  return `${after}, ${linkBytes} B on the link${air}`;
}

function airText(airMs: number): string {
  return airMs < 10_000 ? `${Math.ceil(airMs)} ms` : durationText(airMs);
}
