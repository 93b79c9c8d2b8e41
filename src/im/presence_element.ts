import { type Element, elementsOf, withAttrs, writeXml, xml } from "../xml/mod.ts";
import { type Jid, NS, type Stanza, type StanzaErrorCondition } from "../stanza/mod.ts";

/** Marks what the server says of its own accord. */
export const LOCAL = { kind: "local", name: "im" } as const;

/** The presence of one that is gone, with no word about why. */
export function unavailable(): Element {
  return xml("presence", { type: "unavailable" });
}

/** Whether two presences say the same, whatever their addresses and ids. */
export function saysTheSame(one: Element, other: Element): boolean {
  return content(one) === content(other);
}

function content(presence: Element): string {
  return writeXml(withAttrs(presence, { from: undefined, to: undefined, id: undefined }));
}

/** A whole number, perhaps signed, without the spaces that XML Schema would allow around it. */
const INTEGER = /^[+-]?\d{1,4}$/;

/**
 * The priority of available presence: 0 when it names none.
 * @returns undefined when there is one that is not between -128 and 127 (RFC 6121 section 4.7.2.3)
 */
export function priorityOf(presence: Element): number | undefined {
  const element = elementsOf(presence).find(({ name, attrs }) =>
    name === "priority" && attrs.xmlns === undefined
  );
  if (element === undefined) return 0;
  const trimmed = element.getText().trim();
  if (!INTEGER.test(trimmed)) return undefined;
  const priority = Number(trimmed);
  return priority >= -128 && priority <= 127 ? priority : undefined;
}

/** To be found elsewhere, or nowhere (RFC 6120 sections 8.3.3.5 and 8.3.3.14). */
const MOVED: readonly StanzaErrorCondition[] = ["gone", "redirect"];
/** Conditions that say of an addressee that nothing reaches him. The others are about what was sent. */
const UNREACHABLE: readonly StanzaErrorCondition[] = [
  ...MOVED,
  "item-not-found",
  "recipient-unavailable",
  "remote-server-not-found",
  "remote-server-timeout",
  "service-unavailable",
];

/** Whether an error says that the contact is to be found elsewhere, or nowhere. */
export function hasMoved(error: Stanza): boolean {
  return hasCondition(error, MOVED);
}

/** Whether an error says that the contact cannot be reached. */
export function isUnreachable(error: Stanza): boolean {
  return hasCondition(error, UNREACHABLE);
}

function hasCondition({ element }: Stanza, conditions: readonly StanzaErrorCondition[]): boolean {
  const error = element.getChild("error");
  return conditions.some((condition) => error?.getChild(condition, NS.STANZA_ERRORS) !== undefined);
}

/** The same presence with other addresses. */
export function readdressed(presence: Element, from: Jid, to: Jid): Element {
  return withAttrs(presence, { from: from.toString(), to: to.toString() });
}

/** The same presence to another addressee. */
export function withTo(presence: Element, to: Jid): Element {
  return presence.attrs.to === to.toString() ? presence : withAttrs(presence, { to: to.toString() });
}
