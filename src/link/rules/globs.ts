import { type Jid, NS } from "../../stanza/mod.ts";
import type { Element } from "../../xml/mod.ts";

/** Whether an address is meant by one of some patterns. */
export type JidTest = (jid: Jid) => boolean;

/**
 * Patterns of addresses, in which `*` stands for any part, an empty one too. One with `/` is held against the whole
 * address, one without against the bare one, one without `@` against the domain alone.
 */
export function jidTest(patterns: readonly string[]): JidTest {
  const tests = patterns.map((pattern): JidTest => {
    const isMeant = globTest(pattern.toLowerCase());
    if (pattern.includes("/")) return (jid) => isMeant(jid.toString().toLowerCase());
    if (pattern.includes("@")) return (jid) => isMeant(jid.bare.toString().toLowerCase());
    return (jid) => isMeant(jid.domain.toLowerCase());
  });
  return (jid) => tests.some((test) => test(jid));
}

/** Whether a child of a stanza is meant by one of some selectors. */
export type ChildTest = (child: Element) => boolean;

/**
 * Selectors of children: a namespace, in which `*` stands for any part; a name, for a child in the stanza's own
 * namespace; or both as `{namespace}name`.
 */
export function childTest(selectors: readonly string[]): ChildTest {
  const tests = selectors.map((selector): ChildTest => {
    const [, namespace, name] = /^\{(.*)\}(.+)$/.exec(selector) ?? [];
    if (namespace !== undefined) {
      const isMeant = globTest(namespace);
      const isOwnMeant = isMeant("") || isMeant(NS.CLIENT);
      return ({ name: given, attrs: { xmlns } }) =>
        given === name && (xmlns === undefined ? isOwnMeant : isMeant(xmlns));
    }
    const isMeant = globTest(selector);
    return ({ name: given, attrs: { xmlns } }) => xmlns === undefined ? given === selector : isMeant(xmlns);
  });
  return (child) => tests.some((test) => test(child));
}

/** Compares without regular expressions: a pattern of many stars must not cost more than the text is long, times it. */
function globTest(pattern: string): (text: string) => boolean {
  if (!pattern.includes("*")) return (text) => text === pattern;
  const parts = pattern.split("*");
  const [head = "", ...middle] = parts;
  const tail = middle.pop() ?? "";
  return (text) => {
    if (text.length < head.length + tail.length || !text.startsWith(head) || !text.endsWith(tail)) {
      return false;
    }
    const end = text.length - tail.length;
    let at = head.length;
    for (const part of middle) {
      const found = text.indexOf(part, at);
      if (found < 0 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}
