import { errorElement, Jid, NS, type StanzaError } from "../stanza/mod.ts";
import { type Element, elementsOf, xml } from "../xml/mod.ts";

/** What is to be done with a stanza of a client that has logged in. */
export type StanzaVerdict =
  /** It goes its way. */
  | { readonly kind: "pass" }
  /** A resource is asked for; `resource` is the client's wish, unprepared. */
  | { readonly kind: "bind"; readonly id: string; readonly resource: string | undefined }
  /** The stream itself answers it. */
  | { readonly kind: "answer"; readonly reply: Element }
  /** It came too early, which ends the stream. */
  | { readonly kind: "refuse" };

const PASS: StanzaVerdict = { kind: "pass" };
const REFUSE: StanzaVerdict = { kind: "refuse" };

/**
 * What an IQ may ask of the stream: resource binding (RFC 6120 section 7), or what RFC 3921 had behind it.
 */
type SetupRequest =
  | { readonly kind: "bind"; readonly resource: string | undefined }
  | { readonly kind: "session" };

/** Features announced after login; `<session/>` is for clients that still wait for it. */
export function setupFeatures(): Element[] {
  return [
    xml("bind", { xmlns: NS.BIND }),
    xml("session", { xmlns: NS.SESSION }, xml("optional")),
  ];
}

/** @param account the bare JID of the client */
export function judgeStanza(element: Element, account: Jid, isBound: boolean): StanzaVerdict {
  const setup = readSetup(element);
  if (!isBound) return judgeUnbound(element, account, setup);
  if (setup === undefined || !isForServer(element, account)) return PASS;
  const { id } = element.attrs;
  if (setup.kind === "session") return { kind: "answer", reply: xml("iq", { type: "result", id }) };
  return refusal(id, { condition: "not-allowed", text: "A resource is bound already" });
}

/** RFC 6120 section 7.1: before a resource is bound, nothing but requests to the server itself may come. */
function judgeUnbound(element: Element, account: Jid, setup: SetupRequest | undefined): StanzaVerdict {
  if (element.name !== "iq" || !isForServer(element, account)) return REFUSE;
  const { id, type } = element.attrs;
  if (type !== "get" && type !== "set") return REFUSE;
  if (id === undefined) return refusal(id, { condition: "bad-request", text: "An IQ needs an id" });
  if (setup?.kind === "bind") return { kind: "bind", id, resource: setup.resource };
  return refusal(id, { condition: "unexpected-request", text: "Bind a resource first" });
}

/** The answer that names the full JID (RFC 6120 section 7.6.1). */
export function boundReply(id: string, jid: Jid): Element {
  const bind = xml("bind", { xmlns: NS.BIND }, xml("jid", {}, jid.toString()));
  return xml("iq", { type: "result", id }, bind);
}

/** The error that answers a request of a client that is not yet bound. */
export function setupError(id: string | undefined, error: StanzaError): Element {
  return xml("iq", { type: "error", id }, errorElement(error));
}

function refusal(id: string | undefined, error: StanzaError): StanzaVerdict {
  return { kind: "answer", reply: setupError(id, error) };
}

function readSetup(element: Element): SetupRequest | undefined {
  if (element.name !== "iq" || element.attrs.type !== "set") return undefined;
  const [payload] = elementsOf(element);
  if (payload?.is("bind", NS.BIND)) {
    // An empty resource is read as none: the server chooses.
    return { kind: "bind", resource: payload.getChildText("resource", NS.BIND) || undefined };
  }
  return payload?.is("session", NS.SESSION) ? { kind: "session" } : undefined;
}

/** Whether a stanza is addressed to the client's own server or account; so it is without `to`. */
function isForServer(element: Element, account: Jid): boolean {
  if (element.attrs.to === undefined) return true;
  const to = Jid.parse(element.attrs.to);
  return to !== undefined && (to.equals(account) || to.toString() === account.domain);
}
