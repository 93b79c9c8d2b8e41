import type { Element } from "./element.ts";

/** Whatever does not stand for itself in text: `&`, `<`, CR, forbidden characters, surrogates (paired or not). */
const NOT_TEXT = /[^\t\n -%'-;=-\ud7ff\ue000-\ufffd]/;
/** The same in a value, where TAB and LF would be read as spaces. */
const NOT_VALUE = /[^ !#-%(-;=-\ud7ff\ue000-\ufffd]/;
/**
 * What is replaced. In Unicode mode the halves of a pair do not match. `>` is, where it may end `]]>`: behind `]`, and
 * at the start, since another text may stand before.
 */
const REPLACED_IN_TEXT = /[^\t\n -%'-;=-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|(?<![^\]])>/gu;
const REPLACED_IN_VALUE = /[^ !#-%(-;=-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

const REFERENCES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "'": "&apos;",
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

/** What stands for a character that no XML document may hold. */
const REPLACEMENT = "\ufffd";

function reference(character: string): string {
  return REFERENCES[character] ?? REPLACEMENT;
}

/** Text as it stands between tags; what XML forbids, lone surrogates too, becomes U+FFFD. */
export function escapeText(text: string): string {
  const isPlain = !NOT_TEXT.test(text) && !text.startsWith(">") && !text.includes("]>");
  return isPlain ? text : text.replace(REPLACED_IN_TEXT, reference);
}

/** A value as it stands between quotation marks of either kind; what XML forbids becomes U+FFFD. */
export function escapeAttribute(value: string): string {
  return NOT_VALUE.test(value) ? value.replace(REPLACED_IN_VALUE, reference) : value;
}

/**
 * An element as XML, in the shortest usual form. Reading it gives an equal element, but for characters that XML
 * cannot hold. Recurses, so the depth must be bounded, as the parser does it.
 */
export function writeXml(element: Element): string {
  let xml = `<${element.name}`;
  for (const name in element.attrs) {
    const value = element.attrs[name];
    if (value !== undefined) xml += ` ${name}='${escapeAttribute(value)}'`;
  }
  if (element.children.length === 0) return xml + "/>";
  xml += ">";
  for (const child of element.children) {
    xml += typeof child === "string" ? escapeText(child) : writeXml(child);
  }
  return xml + `</${element.name}>`;
}
