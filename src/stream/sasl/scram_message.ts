import { decodeBase64 } from "./encoding.ts";

/** What a client says of channel binding (RFC 5802 section 6). */
export type BindingFlag =
  /** `n`: it cannot do it. */
  | "n"
  /** `y`: it could, and believes that the server cannot. */
  | "y"
  /** `p=…`: it does it, with data of the type named. */
  | { readonly type: string };

/** The client's first message, taken apart (RFC 5802 section 7, `client-first-message`). */
export interface ClientFirst {
  /** The part before the bare message, as written: `n,,`. */
  readonly gs2Header: string;
  readonly flag: BindingFlag;
  /** The authorization identity, unescaped; empty when there is none. */
  readonly authzid: string;
  /** `client-first-message-bare`, as written. */
  readonly bare: string;
  /** Unescaped, not yet prepared. */
  readonly username: string;
  readonly nonce: string;
}

/** The client's second message, taken apart (RFC 5802 section 7, `client-final-message`). */
export interface ClientFinal {
  /** The decoded `c=`: the GS2 header again, and behind it the channel-binding data. */
  readonly bindingInput: Uint8Array;
  /** `client-final-message-without-proof`, as written. */
  readonly withoutProof: string;
  readonly nonce: string;
  readonly proof: Uint8Array;
}

// Nobody has defined a mandatory extension (`m=`), and its presence must fail the handshake (RFC 5802 section
// 5.1). Other extensions may follow and are ignored.
const CLIENT_FIRST =
  /^((n|y|p=([A-Za-z0-9.-]+)),(?:a=([^,\0]+))?,)(n=([^,\0]+),r=([\x21-\x2b\x2d-\x7e]+)(?:,[A-Za-ln-z]=[^,\0]+)*)$/;
const CLIENT_FINAL = /^(c=([^,]*),r=([\x21-\x2b\x2d-\x7e]+)(?:,[A-Za-ln-z]=[^,\0]+)*),p=([^,]*)$/;

/** Undefined for what is no such message. */
export function parseClientFirst(message: string): ClientFirst | undefined {
  const [, gs2Header, letter, type, authzid, bare, username, nonce] = CLIENT_FIRST.exec(message) ?? [];
  if (gs2Header === undefined || bare === undefined || nonce === undefined) return undefined;
  const flag = type !== undefined ? { type } : letter === "y" ? "y" : "n";
  const names = { authzid: unescapeName(authzid ?? ""), username: unescapeName(username ?? "") };
  if (names.authzid === undefined || names.username === undefined) return undefined;
  return { gs2Header, flag, authzid: names.authzid, bare, username: names.username, nonce };
}

/** Undefined for what is no such message. */
export function parseClientFinal(message: string): ClientFinal | undefined {
  const [, withoutProof, binding, nonce, proof64] = CLIENT_FINAL.exec(message) ?? [];
  const bindingInput = decodeBase64(binding ?? "");
  const proof = decodeBase64(proof64 ?? "");
  if (withoutProof === undefined || nonce === undefined) return undefined;
  if (bindingInput === undefined || proof === undefined) return undefined;
  return { bindingInput, withoutProof, nonce, proof };
}

/** Undoes `=2C` and `=3D`; undefined when an equals sign stands for anything else (`saslname`). */
function unescapeName(name: string): string | undefined {
  if (/=(?!2C|3D)/.test(name)) return undefined;
  return name.replaceAll("=2C", ",").replaceAll("=3D", "=");
}
