import { type Element, writeXml } from "../xml/mod.ts";

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
