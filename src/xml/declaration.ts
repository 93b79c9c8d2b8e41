import { malformed, quote, XmlError } from "./error.ts";

/** Production [23] XMLDecl without its `<?` and `>`; XML 1.0 readers take any version 1.x. */
const DECLARATION = new RegExp(
  [
    "^xml~+version~*=~*(?:'1[.][0-9]+'|\"1[.][0-9]+\")",
    "(?:~+encoding~*=~*(?<mark>[\"'])(?<encoding>[A-Za-z][A-Za-z0-9._-]*)\\k<mark>)?",
    "(?:~+standalone~*=~*(?:'(?:yes|no)'|\"(?:yes|no)\"))?~*[?]$",
  ].join("").replaceAll("~", "[ \\t\\r\\n]"),
);

/**
 * Checks the XML declaration.
 * @param raw what stands between `<?` and `>`
 * @throws {XmlError} `unsupported-encoding` unless it is UTF-8 (RFC 6120, section 11.6), `restricted-xml` for a
 *   processing instruction, `not-well-formed`
 */
export function checkDeclaration(raw: string): void {
  if (!/^xml[ \t\r\n?]/.test(raw)) {
    throw new XmlError("restricted-xml", "Cannot accept XML: processing instruction");
  }
  const match = DECLARATION.exec(raw);
  if (match === null) throw malformed("XML declaration");
  const encoding = match.groups?.encoding ?? "UTF-8";
  if (encoding.toUpperCase() === "UTF-8") return;
  throw new XmlError("unsupported-encoding", `Cannot read XML: encoding ${quote(encoding)} is not UTF-8`);
}
