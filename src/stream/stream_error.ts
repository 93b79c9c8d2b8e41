import { NS, type StreamError, type StreamErrorCondition } from "../stanza/mod.ts";
import { type Element, elementsOf, writeXml, xml } from "../xml/mod.ts";

/** What ends a stream in good order (RFC 6120 section 4.4). */
export const CLOSING_TAG = "</stream:stream>";

/** The conditions to be recognised in a peer's error; a table, so that none is forgotten. */
const CONDITIONS: Readonly<Record<StreamErrorCondition, true>> = {
  "bad-format": true,
  "bad-namespace-prefix": true,
  "conflict": true,
  "connection-timeout": true,
  "host-gone": true,
  "host-unknown": true,
  "improper-addressing": true,
  "internal-server-error": true,
  "invalid-from": true,
  "invalid-namespace": true,
  "invalid-xml": true,
  "not-authorized": true,
  "not-well-formed": true,
  "policy-violation": true,
  "remote-connection-failed": true,
  "reset": true,
  "resource-constraint": true,
  "restricted-xml": true,
  "see-other-host": true,
  "system-shutdown": true,
  "undefined-condition": true,
  "unsupported-encoding": true,
  "unsupported-feature": true,
  "unsupported-stanza-type": true,
  "unsupported-version": true,
};

function isCondition(name: string): name is StreamErrorCondition {
  return Object.hasOwn(CONDITIONS, name);
}

/**
 * The error and the end of the stream as text, for a stream in which the prefix `stream` is bound: an error
 * is unrecoverable (RFC 6120 section 4.9.1.1).
 */
export function streamErrorText(error: StreamError): string {
  const condition = writeXml(xml(error.condition, { xmlns: NS.STREAM_ERRORS }));
  const text = error.text === undefined
    ? ""
    : writeXml(xml("text", { xmlns: NS.STREAM_ERRORS, "xml:lang": "en" }, error.text));
  return `<stream:error>${condition}${text}</stream:error>${CLOSING_TAG}`;
}

/** Whether an element is the error of a peer. */
export function isStreamError(element: Element): boolean {
  return element.is("error", NS.STREAM);
}

/**
 * The error that a peer sent; one we do not know counts as `undefined-condition` (RFC 6120 section 4.9.2).
 */
export function readStreamError(element: Element): StreamError {
  const names = elementsOf(element).filter((child) => child.getNS() === NS.STREAM_ERRORS).map(({ name }) =>
    name
  );
  const condition = names.find(isCondition) ?? "undefined-condition";
  const text = element.getChildText("text", NS.STREAM_ERRORS);
  return text === null ? { condition } : { condition, text };
}
