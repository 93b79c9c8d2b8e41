import { type Element, elementsOf } from "./element.ts";
import type { XmlLimits } from "./limits.ts";
import { writeXml } from "./writer.ts";

/** Octets of an element as XML in UTF-8: what it costs before compression. */
export function elementSizeBytes(element: Element): number {
  return textSizeBytes(writeXml(element));
}

/** Octets of a text in UTF-8. */
export function textSizeBytes(text: string): number {
  let sizeBytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // A surrogate is half of a character of 4 octets, so each counts 2.
    if (unit >= 0x80) sizeBytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return sizeBytes;
}

/** The least limits under which an element can be read once it is written: more than it came with, perhaps. */
export function leastLimits(element: Element): XmlLimits {
  return { stanzaSizeBytes: elementSizeBytes(element), ...leastCounts(element) };
}

function leastCounts(element: Element): Omit<XmlLimits, "stanzaSizeBytes"> {
  let [depth, attributes, elements] = [1, Object.keys(element.attrs).length, 1];
  for (const child of elementsOf(element)) {
    const inner = leastCounts(child);
    depth = Math.max(depth, inner.depth + 1);
    attributes = Math.max(attributes, inner.attributes);
    elements += inner.elements;
  }
  return { depth, attributes, elements };
}
