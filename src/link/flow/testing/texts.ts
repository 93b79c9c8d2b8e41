import { type CarrierKind, decodeFrame } from "../frame.ts";

/** A frame, for the trace. */
export function described(octets: Uint8Array, last: number, kind: CarrierKind): string {
  if (kind === "stream") return `${octets.length} octets${last > 0 ? ` up to ${last}` : ""}`;
  const { opening, place, ackMark, refusal, process } = decodeFrame(octets, kind);
  const parts = [
    `a block of ${octets.length} octets`,
    opening?.kind === "cold" ? `cold from ${opening.start}` : "",
    place === undefined ? "" : `after ${place.low}`,
    last > 0 ? `up to ${last}` : "",
    ackMark === undefined ? "" : `ack ${ackMark.low}`,
    refusal === undefined ? "" : `refusal ${refusal.reason} ${refusal.received}`,
    process === undefined ? "" : "new process",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

/** Marks a stanza as urgent. */
export const URGENT = " xml:lang='x-urgent'";

/** Whether a text is that of an urgent stanza. */
export function isUrgent(text: string): boolean {
  return text.includes(URGENT);
}

/** Order is kept among urgent stanzas and among the others, not between them. */
export function byUrgency(texts: readonly string[]): readonly (readonly string[])[] {
  return [true, false].map((urgent) => texts.filter((text) => isUrgent(text) === urgent).map(brief));
}

/** A text, short enough for a trace. */
export function brief(text: string): string {
  return `${text.slice(0, 40)} (${text.length})`;
}
