import { Element as XmppElement, xml as build } from "@xmpp/xml";

/** A child of an element: another element, or text. */
export type Node = Element | string;

/**
 * An XML element (ltx). Halyard treats elements as immutable once they are part of a stanza: a rewrite makes a new
 * one (`copy`).
 *
 * Elements are kept in one canonical form: names carry no prefix; `attrs.xmlns` stands only where the namespace
 * differs from the parent's; the content namespace of the stream (`jabber:client`, `jabber:server`) is written as
 * no `xmlns` at all, so a stanza passes from a client stream to a server stream unchanged.
 */
export interface Element {
  readonly name: string;
  readonly attrs: Record<string, string>;
  readonly children: Node[];
  parent: Element | null;
  /** The namespace in force; undefined for the content namespace of the stream. */
  getNS(): string | undefined;
  /** The first child with that name and, if given, namespace. */
  getChild(name: string, xmlns?: string): Element | undefined;
  getChildren(name: string, xmlns?: string): Element[];
  getChildText(name: string, xmlns?: string): string | null;
  /** Whether name and, if given, namespace match. */
  is(name: string, xmlns?: string): boolean;
  /** The text children, joined. */
  getText(): string;
  append(...nodes: Node[]): void;
}

/** The class behind `Element`, for the parser. */
export const ElementClass = XmppElement as unknown as new (
  name: string,
  attrs?: Record<string, string>,
) => Element;

/** Attributes as written in code; undefined ones are left out. */
export type Attributes = Readonly<Record<string, string | undefined>>;

/**
 * Builds an element: `xml("message", { to: "a@b" }, xml("body", {}, "hello"))`. Children that are undefined are
 * left out, so that optional parts can stand in place.
 */
export function xml(name: string, attrs: Attributes = {}, ...children: (Node | undefined)[]): Element {
  const given: Record<string, string> = {};
  for (const key in attrs) {
    const value = attrs[key];
    if (value !== undefined) given[key] = value;
  }
  return build(name, given, ...children.filter((child) => child !== undefined)) as unknown as Element;
}

/** The child elements, without text. */
export function elementsOf(element: Element): Element[] {
  return element.children.filter((child): child is Element => typeof child !== "string");
}

/**
 * A deep copy with changes: the parts that make a rewritten stanza.
 * @param changes.attrs attributes to set, or to remove when undefined
 * @param changes.children the new children; the old ones when not given
 */
export function copy(
  element: Element,
  changes: { attrs?: Attributes; children?: readonly Node[] } = {},
): Element {
  const children = (changes.children ?? element.children).map((child) =>
    typeof child === "string" ? child : copy(child)
  );
  return xml(element.name, { ...element.attrs, ...changes.attrs }, ...children);
}

/**
 * The same element with other attributes, its children shared rather than copied: for stamping one stanza with many
 * addresses. The children keep their old `parent`; their namespaces do not change, since a stanza's own is none.
 */
export function withAttrs(element: Element, attrs: Attributes): Element {
  const merged: Record<string, string> = {};
  for (const key in element.attrs) {
    const value = element.attrs[key];
    if (!Object.hasOwn(attrs, key) && value !== undefined) merged[key] = value;
  }
  for (const key in attrs) {
    const value = attrs[key];
    if (value !== undefined) merged[key] = value;
  }
  const made = new ElementClass(element.name, merged);
  (made as { children: Node[] }).children = element.children;
  return made;
}
