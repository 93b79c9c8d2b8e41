/** Bounds on what a stream may make us hold; each violation ends the stream with a named error. */
export interface XmlLimits {
  /** Bytes of one top-level element (a stanza), markup included. */
  readonly stanzaSizeBytes: number;
  /** Levels of elements in a stanza, the stanza itself being 1. */
  readonly depth: number;
  /** Attributes on one element, namespace declarations included. */
  readonly attributes: number;
  /** Elements in one stanza. */
  readonly elements: number;
}

/** What an ordinary client or peer gets: 256 KiB a stanza. */
export const DEFAULT_XML_LIMITS: XmlLimits = {
  stanzaSizeBytes: 262_144,
  depth: 64,
  attributes: 64,
  elements: 8_192,
};

/** What a stream gets before it has authenticated: enough for any SASL exchange. */
export const UNAUTHENTICATED_XML_LIMITS: XmlLimits = {
  stanzaSizeBytes: 16_384,
  depth: 8,
  attributes: 32,
  elements: 64,
};
