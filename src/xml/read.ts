import type { Element } from "./element.ts";
import { XmlError } from "./error.ts";
import type { XmlLimits } from "./limits.ts";
import { XmlParser } from "./parser.ts";
import { writeXml } from "./writer.ts";

/** What `writeXml` wrote was within limits when it came. */
const UNLIMITED: XmlLimits = {
  stanzaSizeBytes: Number.MAX_SAFE_INTEGER,
  depth: Number.MAX_SAFE_INTEGER,
  attributes: Number.MAX_SAFE_INTEGER,
  elements: Number.MAX_SAFE_INTEGER,
};
/** Stands for the content namespace of whatever stream the element came from. No XML can name it. */
const CONTENT_NS = "\0";

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Reads what `writeXml` wrote, however large it is, and gives an equal element. Not for what others sent.
 * @throws {XmlError} when it is anything else
 */
export function readXml(text: string): Element {
  const found: Element[] = [];
  const parser = new XmlParser({ limits: UNLIMITED, preset: { contentNs: CONTENT_NS } });
  parser.push(ENCODER.encode(text), (event) => {
    if (event.kind === "element") found.push(event.element);
  });
  const [element, ...more] = found;
  if (element !== undefined && more.length === 0 && parser.pendingBytes === 0) return element;
  const what = `${text.length} characters are not exactly one element`;
  throw new XmlError("not-well-formed", `Cannot read XML: ${what}`);
}

/** The same of what was kept where it may have been damaged since; undefined when it cannot be read any more. */
export function readKeptXml(text: string): Element | undefined {
  try {
    return readXml(text);
  } catch {
    return undefined;
  }
}

/**
 * The same element in memory of its own, for keeping it: the strings of an element as it came hold on to all the text
 * that was read with it.
 */
export function ownCopy(element: Element): Element {
  return readXml(writeXml(element));
}

/** The same characters in memory of their own; see `ownCopy`. */
export function ownText(text: string): string {
  return DECODER.decode(ENCODER.encode(text));
}
