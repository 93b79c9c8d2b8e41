/** XML of streams and stanzas: elements in canonical form, octets to elements within limits, elements to text. */
export * from "./element.ts";
export { type XmlCondition, XmlError } from "./error.ts";
export * from "./limits.ts";
export { type XmlEvent, XmlParser, type XmlParserOptions } from "./parser.ts";
export { ownCopy, ownText, readKeptXml, readXml } from "./read.ts";
export { elementSizeBytes, leastLimits, textSizeBytes } from "./size.ts";
export { escapeAttribute, escapeText, writeXml } from "./writer.ts";
