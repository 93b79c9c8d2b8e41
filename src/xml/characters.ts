/** The characters of XML 1.0 (fifth edition) and of Namespaces in XML: as octets of UTF-8, and as code points. */

export const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
export const SPACE = 0x20;
export const EXCLAMATION = 0x21;
export const DOUBLE_QUOTE = 0x22;
const AMPERSAND = 0x26;
export const SINGLE_QUOTE = 0x27;
export const SLASH = 0x2f;
export const COLON = 0x3a;
export const LESS_THAN = 0x3c;
export const EQUALS = 0x3d;
export const GREATER_THAN = 0x3e;
export const QUESTION = 0x3f;
export const CLOSING_BRACKET = 0x5d;

/** U+FEFF in UTF-8. */
export const BYTE_ORDER_MARK: readonly number[] = [0xef, 0xbb, 0xbf];

/**
 * For each octet whether it can make the characters in a text or a value other than what is written: 1 for what
 * starts a reference, is white space other than a space, ends a CDATA section, is forbidden, or may be the first
 * octet of U+FFFE and U+FFFF.
 */
export const MAY_MEAN_MORE: Uint8Array = Uint8Array.from(
  { length: 0x100 },
  (_, octet) => octet < SPACE || octet === AMPERSAND || octet === GREATER_THAN || octet === 0xef ? 1 : 0,
);

/** White space: production [3] S. */
export function isSpace(octet: number | undefined): boolean {
  return octet === SPACE || octet === LINE_FEED || octet === CARRIAGE_RETURN || octet === TAB;
}

/** Whether a character of UTF-8 can start so (RFC 3629, section 4). */
export function startsCharacter(octet: number): boolean {
  return octet < 0x80 || (octet >= 0xc2 && octet <= 0xf4);
}

/** Whether a code point may stand in a document, be it as a reference: production [2] Char. */
export function isCharacter(point: number): boolean {
  return (point >= 0x20 && point <= 0xd7ff) || (point >= 0xe000 && point <= 0xfffd) ||
    (point >= 0x10000 && point <= 0x10ffff) || point === TAB || point === LINE_FEED ||
    point === CARRIAGE_RETURN;
}

/** A code unit that may not stand in a document. Lone surrogates are not looked for. */
export const FORBIDDEN = /[^\t\n\r -\ufffd]/;

const START_BEYOND_ASCII = "\\xc0-\\xd6\\xd8-\\xf6\\xf8-\\u02ff\\u0370-\\u037d\\u037f-\\u1fff\\u200c\\u200d" +
  "\\u2070-\\u218f\\u2c00-\\u2fef\\u3001-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\ufffd\\u{10000}-\\u{effff}";
const INNER_BEYOND_ASCII = "\\xb7\\u0300-\\u036f\\u203f\\u2040";

/** A name without a colon: NCName, after productions [4] NameStartChar and [4a] NameChar. */
const NC_NAME = new RegExp(
  `^[A-Za-z_${START_BEYOND_ASCII}][-.0-9A-Za-z_${START_BEYOND_ASCII}${INNER_BEYOND_ASCII}]*$`,
  "u",
);

/** Whether `name` is a name without a colon. */
export function isNcName(name: string): boolean {
  return NC_NAME.test(name);
}

/** What an octet can be in a name without a colon. */
export const STARTS_NAME = 1;
/** The same, of octets that may not begin one. */
const CONTINUES_NAME = 2;
/** Part of a character beyond ASCII: the name must be looked at with `isNcName`. */
export const BEYOND_ASCII = 4;

/** For each octet what it can be in a name; 0 for what ends a name. */
export const NAME_OCTETS: Uint8Array = Uint8Array.from({ length: 0x100 }, (_, octet) => {
  if (octet >= 0x80) return STARTS_NAME | CONTINUES_NAME | BEYOND_ASCII;
  const character = String.fromCharCode(octet);
  if (/[A-Za-z_]/.test(character)) return STARTS_NAME | CONTINUES_NAME;
  return /[-.0-9]/.test(character) ? CONTINUES_NAME : 0;
});
