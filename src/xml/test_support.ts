import type { Element } from "./element.ts";
import { type XmlCondition, XmlError } from "./error.ts";
import { DEFAULT_XML_LIMITS } from "./limits.ts";
import { type XmlEvent, XmlParser, type XmlParserOptions } from "./parser.ts";

/** A stream header as clients send it; the content namespace is `jabber:client`. */
export const HEADER =
  "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";

export const PRESET: XmlParserOptions = {
  limits: DEFAULT_XML_LIMITS,
  preset: { contentNs: "jabber:client" },
};

export function octets(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** An element as plain data, fit for deep comparison and for messages. Attributes in order. */
export interface Plain {
  name: string;
  attrs: [string, string][];
  children: (Plain | string)[];
}

export function plain(element: Element): Plain {
  return {
    name: element.name,
    attrs: Object.entries(element.attrs),
    children: element.children.map((child) => typeof child === "string" ? child : plain(child)),
  };
}

/** An event as plain data. */
export type PlainEvent =
  | Exclude<XmlEvent, { kind: "element" }>
  | { kind: "element"; element: Plain; sizeBytes: number };

/** What came of a stream: the events, and the condition that ended it. */
export interface Outcome {
  events: PlainEvent[];
  condition: XmlCondition | undefined;
}

function plainEvent(event: XmlEvent): PlainEvent {
  return event.kind === "element" ? { ...event, element: plain(event.element) } : event;
}

/** Feeds the chunks to a new parser until it throws. */
export function parse(
  chunks: Iterable<Uint8Array>,
  options: XmlParserOptions = { limits: DEFAULT_XML_LIMITS },
): Outcome {
  const parser = new XmlParser(options);
  const events: PlainEvent[] = [];
  try {
    for (const chunk of chunks) parser.push(chunk, (event) => events.push(plainEvent(event)));
    return { events, condition: undefined };
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    return { events, condition: error.condition };
  }
}

/** Cuts before each of the given offsets, which must ascend. */
export function cut(bytes: Uint8Array, offsets: readonly number[]): Uint8Array[] {
  const edges = [0, ...offsets, bytes.length];
  return edges.slice(1).map((edge, i) => bytes.slice(edges[i], edge));
}

export function eachOctet(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (octet) => Uint8Array.of(octet));
}

/** The children of a `jabber:client` stream that `text` holds. Throws what the parser throws. */
export function elementsIn(text: string, options: XmlParserOptions = PRESET): Element[] {
  const elements: Element[] = [];
  new XmlParser(options).push(octets(text), (event) => {
    if (event.kind === "element") elements.push(event.element);
  });
  return elements;
}
