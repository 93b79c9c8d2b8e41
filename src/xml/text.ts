import { FORBIDDEN, isCharacter, isNcName } from "./characters.ts";
import { malformed, quote, XmlError } from "./error.ts";

/**
 * The characters that a run of text between two tags stands for.
 * @param raw the text as written, whole
 * @throws {XmlError} `not-well-formed`, or `restricted-xml` for an entity that is not predefined
 */
export function readText(raw: string): string {
  refuseForbidden(raw);
  if (raw.includes("]]>")) throw malformed("']]>' in text");
  return expandReferences(normaliseLineEnds(raw));
}

/**
 * The characters of a CDATA section: as written, with line ends normalised.
 * @param raw what stands before the last `>`
 */
export function readCdata(raw: string): string {
  refuseForbidden(raw);
  return normaliseLineEnds(raw.slice(0, -"]]".length));
}

/** The value of an attribute (XML 1.0, section 3.3.3, for CDATA attributes: the only kind without a DTD). */
export function readAttributeValue(raw: string): string {
  refuseForbidden(raw);
  return expandReferences(raw.replace(/\r\n|[\t\n\r]/g, " "));
}

function refuseForbidden(raw: string): void {
  const at = raw.search(FORBIDDEN);
  if (at !== -1) throw malformed(`character U+${hex(raw.charCodeAt(at))} is not allowed`);
}

function hex(point: number): string {
  return point.toString(16).toUpperCase().padStart(4, "0");
}

/** XML 1.0, section 2.11: CR LF and CR alone are read as LF. */
function normaliseLineEnds(raw: string): string {
  return raw.includes("\r") ? raw.replace(/\r\n?/g, "\n") : raw;
}

function expandReferences(text: string): string {
  let expanded = "";
  let done = 0;
  for (let start = text.indexOf("&"); start !== -1; start = text.indexOf("&", done)) {
    const end = text.indexOf(";", start);
    if (end === -1) throw malformed("'&' that starts no reference");
    expanded += text.slice(done, start) + resolve(text.slice(start + 1, end));
    done = end + 1;
  }
  return done === 0 ? text : expanded + text.slice(done);
}

function resolve(reference: string): string {
  switch (reference) {
    case "amp":
      return "&";
    case "lt":
      return "<";
    case "gt":
      return ">";
    case "quot":
      return '"';
    case "apos":
      return "'";
  }
  if (reference.startsWith("#")) return resolveNumber(reference);
  if (!isName(reference)) throw malformed("'&' that starts no reference");
  throw new XmlError(
    "restricted-xml",
    `Cannot accept XML: entity ${quote(reference)} is not one of the five predefined ones`,
  );
}

/** Production [5] Name may hold colons, which Namespaces in XML does not want; either way the entity is unknown. */
function isName(reference: string): boolean {
  return isNcName(reference.replaceAll(":", "_"));
}

function resolveNumber(reference: string): string {
  const hexadecimal = /^#x([0-9a-fA-F]+)$/.exec(reference)?.[1];
  const decimal = /^#([0-9]+)$/.exec(reference)?.[1];
  const point = hexadecimal !== undefined ? parseInt(hexadecimal, 16) : parseInt(decimal ?? "", 10);
  if (!isCharacter(point)) throw malformed(`${quote(`&${reference};`)} refers to no character of XML`);
  return String.fromCodePoint(point);
}
