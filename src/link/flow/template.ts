/**
 * A stanza's text taken apart into what stanzas of its kind have in common and what fills it (section 11.1). Nothing is
 * lost: `joinTemplate` gives the text again, to the octet.
 */
export interface Template {
  /** The text with a mark in place of each filling. */
  readonly skeleton: string;
  /** What stands at the marks, in order. */
  readonly fillings: readonly string[];
  /** Which of them is the stanza's own id; -1 when it has none. */
  readonly idAt: number;
  /** Skeleton and addresses: what the stanzas of one conversation have in common. */
  readonly key: string;
}

/** The marks: characters that XML cannot hold. */
export const MARK = { id: "\u0001", address: "\u0002", text: "\u0003" } as const;

/** A tag, whose values may hold `>`, or text between tags. */
const TOKEN = /<[^<>'"]*(?:'[^']*'[^<>'"]*|"[^"]*"[^<>'"]*)*>|[^<]+/gy;
/** An attribute; what stands between double quotation marks is left alone. */
const ATTRIBUTE = / ([^\s=<>'"]+)=(?:'([^']*)'|"[^"]*")/g;
const MARKS = new RegExp(`[${Object.values(MARK).join("")}]`);
/** Attributes whose values differ from stanza to stanza. */
const MARK_OF: Readonly<Record<string, string>> = {
  id: MARK.id,
  to: MARK.address,
  from: MARK.address,
  stamp: MARK.text,
};

/** Takes a stanza's text apart; undefined when it is not made of tags and text. */
export function templateOf(text: string): Template | undefined {
  const fillings: string[] = [];
  let skeleton = "";
  let addresses = "";
  let idAt = -1;
  if (!text.startsWith("<")) return undefined;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const isFirst = TOKEN.lastIndex === 0;
    const token = TOKEN.exec(text)?.[0];
    if (token === undefined) return undefined;
    if (!token.startsWith("<")) {
      fillings.push(token);
      skeleton += MARK.text;
      continue;
    }
    skeleton += token.replace(ATTRIBUTE, (whole: string, name: string, value: string | undefined) => {
      const mark = Object.hasOwn(MARK_OF, name) ? MARK_OF[name] : undefined;
      if (mark === undefined || value === undefined) return whole;
      if (isFirst && name === "id" && idAt < 0) idAt = fillings.length;
      fillings.push(value);
      if (mark === MARK.address) addresses += MARK.address + value;
      return ` ${name}='${mark}'`;
    });
  }
  return { skeleton, fillings, idAt, key: skeleton + addresses };
}

/** The marks of a skeleton, in order. */
export function marksOf(skeleton: string): string[] {
  return [...skeleton].filter((character) => MARKS.test(character));
}

/** The text of a skeleton and what fills it. */
export function joinTemplate(skeleton: string, fillings: readonly string[]): string {
  return skeleton.split(MARKS).map((piece, index) => piece + (fillings[index] ?? "")).join("");
}

/** The ids that a side gives (section 12.1): stem, life, and a counter in base 36. */
export const GIVEN_ID = /^[\w-]{8}-[0-9a-z]{1,10}$/;

/** The id behind another, where ids are counted in base 36: `k3-z` is followed by `k3-10`. */
export function nextId(id: string): string {
  for (let at = id.length - 1; at >= 0; at--) {
    const digit = DIGITS.indexOf(id.charAt(at));
    if (digit < 0) return `${id.slice(0, at + 1)}1${"0".repeat(id.length - at - 1)}`;
    if (digit < DIGITS.length - 1) {
      return id.slice(0, at) + DIGITS.charAt(digit + 1) + "0".repeat(id.length - at - 1);
    }
  }
  return `1${"0".repeat(id.length)}`;
}

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";
