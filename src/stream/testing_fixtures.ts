/** For tests only: one account, and what streams are made of. */
import { type RandomSource, seededRandom } from "../base/mod.ts";
import type { C2sOptions } from "./c2s_types.ts";
import { type CredentialSource, deriveCredentials } from "./sasl/mod.ts";
import { type ScramScript, scramScript, type ScramScriptOptions } from "./sasl/testing_client.ts";

export const DOMAIN = "ship.example";
/** The channel-binding data of the server's certificate. */
export const END_POINT = Uint8Array.from({ length: 32 }, (_, index) => index);

/** The one account: juliet, whose password is r0m30. */
const juliet = deriveCredentials("juliet", "r0m30", seededRandom(1));
const ACCOUNTS: CredentialSource = {
  credentials: (username) => username === "juliet" ? juliet : undefined,
  fakeSecret: Uint8Array.of(1),
};

/** Random octets that read well: the first id or nonce made of them is `aaaa…`, the second `bbbb…`. */
function letters(): RandomSource {
  let calls = 0;
  return { bytes: (sizeBytes) => new Uint8Array(sizeBytes).fill(calls++) };
}

/** The options of a stream under test; TLS from the first byte unless told otherwise. */
export function c2sOptions(more: Partial<C2sOptions> = {}): C2sOptions {
  return { domain: DOMAIN, security: "tls", accounts: ACCOUNTS, random: letters(), ...more };
}

export const CLIENT_HEADER =
  "<?xml version='1.0'?><stream:stream to='ship.example' version='1.0' xml:lang='en'" +
  " xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";

/** Our header with the id `aaaa…` for the letter "a"; `attributes` stand where `to` does. */
export function serverHeader(letter: string, attributes = ""): string {
  return "<?xml version='1.0'?><stream:stream xmlns='jabber:client'" +
    ` xmlns:stream='http://etherx.jabber.org/streams' id='${letter.repeat(22)}' from='ship.example'` +
    `${attributes} version='1.0' xml:lang='en'>`;
}

export const SASL = "urn:ietf:params:xml:ns:xmpp-sasl";

/** What juliet logs in with, in one step. */
export const PLAIN = `<auth xmlns='${SASL}' mechanism='PLAIN'>${b64("\0juliet\0r0m30")}</auth>`;

/** The offer of SASL mechanisms. */
export function mechanisms(...names: string[]): string {
  const list = names.map((name) => `<mechanism>${name}</mechanism>`);
  return `<mechanisms xmlns='${SASL}'>${list.join("")}</mechanisms>`;
}

/** The features before login where nothing but PLAIN is permitted, as with `plainOnly`. */
export const PLAIN_FEATURES = `<stream:features>${mechanisms("PLAIN")}</stream:features>`;

/** The features after login. */
export const BIND_FEATURES = "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>" +
  "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'><optional/></session></stream:features>";

/** The options of a stream whose offer is short. */
export function plainOnly(): C2sOptions {
  return c2sOptions({ mechanisms: ["PLAIN"] });
}

/** A stream error and the end of the stream. */
export function streamError(condition: string, text?: string): string {
  const ns = "urn:ietf:params:xml:ns:xmpp-streams";
  const detail = text === undefined ? "" : `<text xmlns='${ns}' xml:lang='en'>${text}</text>`;
  return `<stream:error><${condition} xmlns='${ns}'/>${detail}</stream:error></stream:stream>`;
}

/** Base64 of text. */
export function b64(text: string): string {
  return btoa(text);
}

/** The messages of a handshake of juliet's, in base64; the server's nonce is made of `letter`. */
export function scram(
  hash: "sha1" | "sha256",
  letter: string,
  more: Partial<ScramScriptOptions> = {},
): ScramScript {
  const { salt, iterations } = juliet[hash];
  const serverNonce = letter.repeat(24);
  const base = {
    hash,
    username: "juliet",
    password: "r0m30",
    clientNonce: "Client",
    serverNonce,
    salt,
    iterations,
  };
  const { first, challenge, final, success } = scramScript({ ...base, ...more });
  return { first: b64(first), challenge: b64(challenge), final: b64(final), success: b64(success) };
}
