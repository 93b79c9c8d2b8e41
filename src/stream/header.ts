import { Jid, NS, type StreamError } from "../stanza/mod.ts";
import { escapeAttribute, type XmlEvent } from "../xml/mod.ts";

/** The start tag of a client's stream. */
export type StreamHeader = Extract<XmlEvent, { kind: "open" }>;

/** The one major version of XMPP (RFC 6120 section 4.7.5). */
const MAJOR_VERSION = 1;

/**
 * Checks the header of a client's stream (RFC 6120 sections 4.7 and 4.8).
 * @param domain the domain served, prepared
 * @returns the error to close the stream with; undefined when the header is good
 */
export function checkHeader(header: StreamHeader, domain: string): StreamError | undefined {
  if (header.xmlns !== NS.STREAM) return { condition: "invalid-namespace" };
  if (header.name !== "stream") return { condition: "bad-format" };
  // "An implementation MAY accept only the prefix 'stream'" (section 4.8.5): what has none cannot be told
  // from content.
  if (header.contentNs === NS.STREAM) return { condition: "bad-namespace-prefix" };
  if (header.contentNs !== NS.CLIENT) return { condition: "invalid-namespace" };
  if (majorVersion(header) !== MAJOR_VERSION) return { condition: "unsupported-version" };
  return checkAddresses(header, domain);
}

/** A header without `to` means us: section 4.7.2 asks to be liberal towards older clients. */
function checkAddresses({ attrs }: StreamHeader, domain: string): StreamError | undefined {
  const to = attrs.to === undefined ? undefined : Jid.parse(attrs.to);
  const from = attrs.from === undefined ? undefined : Jid.parse(attrs.from);
  if (attrs.to !== undefined && to === undefined) return { condition: "improper-addressing" };
  if (to !== undefined && to.toString() !== domain) return { condition: "host-unknown" };
  if (attrs.from !== undefined && from === undefined) return { condition: "improper-addressing" };
  return undefined;
}

/** 0 when the version is missing, as before XMPP 1.0, or unreadable. */
function majorVersion(header: StreamHeader): number {
  return Number(/^([0-9]{1,9})\.[0-9]+$/.exec(header.attrs.version ?? "")?.[1] ?? 0);
}

/** Whom the client says it is, without resource; undefined when it does not say. */
export function claimedAddress(header: StreamHeader): Jid | undefined {
  return header.attrs.from === undefined ? undefined : Jid.parse(header.attrs.from)?.bare;
}

/**
 * The header of our stream (RFC 6120 section 4.7).
 * @param id unpredictable, and never the same again
 * @param to whom the client said it is; no `to` is sent when it did not say
 */
export function responseHeader(domain: string, id: string, to: Jid | undefined): string {
  const addressee = to === undefined ? "" : ` to='${escapeAttribute(to.toString())}'`;
  return "<?xml version='1.0'?>" +
    `<stream:stream xmlns='${NS.CLIENT}' xmlns:stream='${NS.STREAM}'` +
    ` id='${id}' from='${escapeAttribute(domain)}'${addressee} version='1.0' xml:lang='en'>`;
}
