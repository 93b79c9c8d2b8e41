/** The stream errors that bytes alone can earn (RFC 6120, section 4.9.3). */
export type XmlCondition =
  /** Breaks the rules of XML 1.0 or of Namespaces in XML. */
  | "not-well-formed"
  /** A comment, a processing instruction, a DTD, or a reference to an entity that is not predefined. */
  | "restricted-xml"
  /** Another encoding than UTF-8 was named, or the octets are not UTF-8. */
  | "unsupported-encoding"
  /** An element under the reserved prefix `xml`, for which no unprefixed form exists. */
  | "bad-namespace-prefix"
  /** Well formed, yet no stream: text between the stanzas. */
  | "invalid-xml"
  /** A child of the stream in no namespace at all. */
  | "unsupported-stanza-type"
  /** One of the `XmlLimits` was exceeded. */
  | "policy-violation";

/** What a peer sent is not an XML stream we take. Ends the stream; never a mistake of our own. */
export class XmlError extends Error {
  override readonly name = "XmlError";

  /**
   * @param condition the stream error to answer with
   * @param message detail for the log and for the `<text/>` of the error; quotes at most a name, shortened
   */
  constructor(readonly condition: XmlCondition, message: string) {
    super(message);
  }
}

/** The error for XML that is not (namespace-)well-formed; RFC 6120 gives both the same name. */
export function malformed(why: string): XmlError {
  return new XmlError("not-well-formed", `Cannot read XML: ${why}`);
}

/**
 * The error for an exceeded limit.
 * @param what the thing counted, in the plural
 */
export function tooMany(what: string, actual: number, limit: number): XmlError {
  const [counted, allowed] = [actual.toLocaleString("en"), limit.toLocaleString("en")];
  return new XmlError(
    "policy-violation",
    `Cannot accept XML: ${counted} ${what} exceed the limit of ${allowed}`,
  );
}

const QUOTED_LENGTH = 40;

/** A peer's name as it may stand in a message: quoted, and never longer than a line. */
export function quote(name: string): string {
  return name.length <= QUOTED_LENGTH ? `'${name}'` : `'${name.slice(0, QUOTED_LENGTH)}...'`;
}
