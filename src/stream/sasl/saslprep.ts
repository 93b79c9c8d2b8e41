import saslprep from "@mongodb-js/saslprep";

/** What SASLprep leaves as it is: printable ASCII. The tables are only asked about anything else. */
const PRINTABLE_ASCII = /^[\x20-\x7e]+$/;

/**
 * A username from the wire, prepared as a query string: code points that Unicode 3.2 did not know pass
 * (RFC 5802 section 5.1, RFC 4013 section 2.5).
 * @returns undefined when it holds a prohibited character, or nothing is left of it
 */
export function prepareUsername(username: string): string | undefined {
  return prepare(username, true);
}

/**
 * A password, prepared as a stored string: code points that Unicode 3.2 did not know are prohibited
 * (`Normalize` in RFC 5802 section 2.2).
 * @returns undefined when it holds a prohibited character, or nothing is left of it
 */
export function preparePassword(password: string): string | undefined {
  return prepare(password, false);
}

function prepare(text: string, allowUnassigned: boolean): string | undefined {
  if (PRINTABLE_ASCII.test(text)) return text;
  try {
    return saslprep(text, { allowUnassigned }) || undefined;
  } catch {
    // The library throws for each kind of text that RFC 4013 prohibits; which one is of no use to anybody
    // here.
    return undefined;
  }
}
