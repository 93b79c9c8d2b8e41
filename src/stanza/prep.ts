/** Most octets of each part of an address (RFC 7622 section 3.1). */
const PART_SIZE_BYTES = 1023;

const ASCII = /^[\x20-\x7e]*$/;
/** ASCII letters, digits and marks that a localpart may hold: all but `" & ' / : < > @` and space. */
const PLAIN_LOCAL = /^[\x21\x23-\x25\x28-\x2e\x30-\x39\x3b\x3d\x3f\x41-\x7e]+$/;
/** PRECIS IdentifierClass (RFC 8264 section 4.2): letters, digits and marks; the ASCII set is checked above. */
const IDENTIFIER =
  /^[\p{L}\p{Mn}\p{Mc}\p{Nd}\x21\x23-\x25\x28-\x2e\x30-\x39\x3b\x3d\x3f\x5b-\x60\x7b-\x7e]+$/u;
const PLAIN_DOMAIN =
  /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/;
const ADDRESS_LITERAL = /^\[[0-9a-f:.]+\]$/;
const WIDE_OR_NARROW = /[\uff01-\uffee]/g;
const OTHER_SPACE = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;
/** Control, unassigned, private-use and surrogate characters: not in PRECIS FreeformClass. */
const NOT_FREEFORM = /[\p{Cc}\p{Cn}\p{Co}\p{Cs}\u2028\u2029]/u;

function fits(part: string): boolean {
  if (part.length === 0 || part.length > PART_SIZE_BYTES) return false;
  return part.length * 3 <= PART_SIZE_BYTES || new TextEncoder().encode(part).length <= PART_SIZE_BYTES;
}

/** A localpart in the form two servers compare: UsernameCaseMapped (RFC 7622 section 3.3, RFC 8265 section 3.3). */
export function prepareLocal(part: string): string | undefined {
  if (!fits(part)) return undefined;
  if (PLAIN_LOCAL.test(part)) return part.toLowerCase();
  if (ASCII.test(part)) return undefined;
  const mapped = part.replace(WIDE_OR_NARROW, (c) => c.normalize("NFKC")).toLowerCase().normalize("NFC");
  if (!IDENTIFIER.test(mapped) || !fits(mapped)) return undefined;
  // Characters with a compatibility form are not in IdentifierClass: two of them would look alike.
  for (const c of mapped) if (c.normalize("NFKC") !== c.normalize("NFC")) return undefined;
  return mapped;
}

/** A domainpart in lower case without the final dot (RFC 7622 section 3.2); names and address literals. */
export function prepareDomain(part: string): string | undefined {
  const trimmed = (part.endsWith(".") ? part.slice(0, -1) : part).toLowerCase().normalize("NFC");
  if (!fits(trimmed)) return undefined;
  if (PLAIN_DOMAIN.test(trimmed) || ADDRESS_LITERAL.test(trimmed)) return trimmed;
  if (ASCII.test(trimmed)) return undefined;
  if (!IDENTIFIER.test(trimmed.replaceAll(".", "").replaceAll("-", "")) || /[/@:#?]/.test(trimmed)) {
    return undefined;
  }
  return trimmed.split(".").every((label) => label.length > 0 && label.length <= 63) ? trimmed : undefined;
}

/** A resourcepart: OpaqueString (RFC 7622 section 3.4, RFC 8265 section 4.2); case matters. */
export function prepareResource(part: string): string | undefined {
  if (!fits(part)) return undefined;
  if (ASCII.test(part)) return part;
  const mapped = part.replace(OTHER_SPACE, " ").normalize("NFC");
  return NOT_FREEFORM.test(mapped) || !fits(mapped) ? undefined : mapped;
}
