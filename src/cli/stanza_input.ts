import { isStanzaElement, Jid, NS, type Stanza, stanzaOf } from "../stanza/mod.ts";
import { DEFAULT_XML_LIMITS, type Element, withAttrs, XmlError, XmlParser } from "../xml/mod.ts";
import { CommandError } from "./exit.ts";

/** An element with the line on which it begins, from 1. */
export interface Placed {
  readonly element: Element;
  readonly line: number;
}

/**
 * Reads stanzas, one after the other, as a client would send them.
 * @param take is given each at once, so that those before a mistake are not lost
 * @throws {CommandError} that names the line, when something is no stanza
 */
export function readStanzas(text: string, take: (placed: Placed) => void): void {
  const parser = new XmlParser({ limits: DEFAULT_XML_LIMITS, preset: { contentNs: "jabber:client" } });
  const encoder = new TextEncoder();
  let startLine = 1;
  for (const [index, line] of text.split("\n").entries()) {
    const number = index + 1;
    if (parser.pendingBytes === 0) startLine = number;
    try {
      parser.push(encoder.encode(`${line}\n`), (event) => {
        if (event.kind !== "element") {
          throw new CommandError(`line ${number}: this ends a stream, not a stanza`);
        }
        const element = asOfClient(event.element);
        if (!isStanzaElement(element)) {
          throw new CommandError(`line ${startLine}: <${element.name}/> is no message, presence or iq`);
        }
        take({ element, line: startLine });
        startLine = number;
      });
    } catch (error) {
      if (error instanceof XmlError) throw new CommandError(`line ${number}: ${error.message}`);
      throw error;
    }
  }
  if (parser.pendingBytes > 0) {
    throw new CommandError(`line ${startLine}: the stanza that begins here does not end`);
  }
}

/** A stanza that was overheard between servers says the same in their namespace. */
function asOfClient(element: Element): Element {
  return element.attrs.xmlns === NS.SERVER ? withAttrs(element, { xmlns: undefined }) : element;
}

/** The two sides of a link, by their domains. */
export interface Sides {
  readonly ours: string;
  /** At least one. */
  readonly peers: readonly string[];
}

/**
 * Gives a stanza its addresses, and finds which way it goes. Where it does not say it is from somebody of ours to
 * somebody of theirs.
 * @throws {CommandError} that names the line, when it crosses no link to this peer
 */
export function addressed({ element, line }: Placed, { ours, peers }: Sides, nowMs: number): {
  readonly stanza: Stanza;
  readonly direction: "out" | "in";
} {
  const address = (key: "from" | "to", byDefault: string) => {
    const text = element.attrs[key] ?? byDefault;
    const jid = Jid.parse(text);
    if (jid === undefined) {
      throw new CommandError(`line ${line}: ${key} is no address: ${JSON.stringify(text)}`);
    }
    return jid;
  };
  const from = address("from", `somebody@${ours}/client`);
  const to = address("to", `somebody@${peers[0] ?? ours}`);
  const isOut = from.domain === ours && peers.includes(to.domain);
  const isIn = to.domain === ours && peers.includes(from.domain);
  if (!isOut && !isIn) {
    throw new CommandError(
      `line ${line}: from ${from.domain} to ${to.domain} does not cross this link, ` +
        `which is between ${ours} and ${peers.join(", ")}`,
    );
  }
  const origin = { kind: "local", name: "explain" } as const;
  return { stanza: stanzaOf(element, from, to, origin, nowMs), direction: isOut ? "out" : "in" };
}
