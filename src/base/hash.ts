import { createHash } from "node:crypto";

/** SHA-1 of octets, or of a text in UTF-8: where a specification names it (XEP-0115, XEP-0084), never for secrets. */
export function sha1(data: string | Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha1").update(data).digest());
}

/** SHA-256 of octets, or of a text in UTF-8. */
export function sha256(data: string | Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(data).digest());
}

/** Octets in base64 with padding and without line breaks (RFC 4648 section 4). */
export function base64(octets: Uint8Array): string {
  let binary = "";
  for (const octet of octets) binary += String.fromCharCode(octet);
  return btoa(binary);
}

/** The octets that a base64 text stands for, spaces and line ends in it ignored; undefined when it is none. */
export function octetsOf(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Octets in hexadecimal, lower case. */
export function hex(octets: Uint8Array): string {
  return [...octets].map((octet) => octet.toString(16).padStart(2, "0")).join("");
}

/** Which of two runs of octets comes first: less than 0 when `one` does (the order `i;octet`, RFC 4790 section 9.3). */
export function compareOctets(one: Uint8Array, other: Uint8Array): number {
  for (const [index, octet] of one.entries()) {
    const rival = other[index];
    if (rival === undefined) return 1;
    if (octet !== rival) return octet - rival;
  }
  return one.length - other.length;
}
