import { NS, STREAM_ERROR_CONDITIONS, type StreamError } from "../stanza/mod.ts";
import { type Element, elementsOf, writeXml, xml } from "../xml/mod.ts";

/** What ends a stream in good order (RFC 6120 section 4.4). */
export const CLOSING_TAG = "</stream:stream>";

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
  const named = elementsOf(element).filter((child) => child.getNS() === NS.STREAM_ERRORS);
  const condition = STREAM_ERROR_CONDITIONS.find((known) => named.some(({ name }) => name === known)) ??
    "undefined-condition";
  const text = element.getChildText("text", NS.STREAM_ERRORS);
  return text === null ? { condition } : { condition, text };
}
