import { octetsOf } from "../../base/mod.ts";

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * The octets of a base64 text; undefined when it is none. White space and missing padding are not accepted.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  return BASE64.test(text) ? octetsOf(text) : undefined;
}

/** Octets as text; undefined when they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Text as UTF-8. */
export function encodeUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
