import { type Jid, NS, type Stanza } from "../stanza/mod.ts";
import { type Element, elementSizeBytes, elementsOf } from "../xml/mod.ts";
import type { StoredKind } from "./policy.ts";

/**
 * Who may be told of an answer besides the account that asked.
 *
 * - `all`: it is the same for everybody and no secret.
 * - `subscribers`: those who see the presence of who answers.
 * - `account`: nobody.
 */
export type Audience = "all" | "subscribers" | "account";

/** A request that has an answer worth keeping. */
export interface Question {
  readonly kind: StoredKind;
  /** Who is asked. */
  readonly address: Jid;
  /** What is asked, in a form that is the same for the same question, who asks left out. */
  readonly key: string;
  /** The widest audience that the answer may have. */
  readonly audience: Audience;
  /** The capabilities hash that the answer has to have. */
  readonly ver?: string;
  /** The node asked for: an answer repeats it (XEP-0030 section 3.2). */
  readonly node?: string;
}

/**
 * Size of a request as XML, beyond which its answer is no use to anybody else: addresses and a node, each of usual
 * length, make much less. Thousands that wait for an answer, and the keys of what is kept, so stay within bounds.
 */
const MOST_REQUEST_SIZE_BYTES = 4_096;

/** The question in a stanza; undefined when it holds none, or one whose answer is no use to anybody else. */
export function questionOf(stanza: Stanza): Question | undefined {
  if (stanza.kind !== "iq" || stanza.type !== "get") return undefined;
  const [payload, ...more] = elementsOf(stanza.element);
  if (payload === undefined || more.length > 0) return undefined;
  if (elementSizeBytes(stanza.element) > MOST_REQUEST_SIZE_BYTES) return undefined;
  const { to } = stanza;
  const lang = stanza.element.attrs["xml:lang"] ?? "";
  switch (`{${payload.attrs.xmlns}}${payload.name}`) {
    case `{${NS.DISCO_INFO}}query`:
      return infoQuestion(to, payload, lang);
    case `{${NS.DISCO_ITEMS}}query`:
      return itemsQuestion(to, payload, lang);
    case `{${NS.VCARD}}vCard`:
      return question("vcard", to, "", to.isBare ? "subscribers" : "account");
    case `{${NS.VERSION}}query`:
      return question("version", to, "", to.local === "" ? "all" : "subscribers");
    case `{${NS.PUBSUB}}pubsub`:
      return avatarQuestion(to, payload);
    default:
      return undefined;
  }
}

/** Whether a stanza asks when somebody was last there (XEP-0012). */
export function asksLastActivity({ kind, type, element }: Stanza): boolean {
  return kind === "iq" && type === "get" && element.getChild("query", NS.LAST_ACTIVITY) !== undefined;
}

function question(kind: StoredKind, address: Jid, detail: string, audience: Audience): Question {
  return { kind, address, key: `${kind}\n${address}\n${detail}`, audience };
}

/** The capabilities hash in the node of a request: `URI#HASH` (XEP-0115 section 6.2), 20 octets in base64. */
const CAPS_NODE = /#([A-Za-z0-9+/]{27}=)$/;

function infoQuestion(to: Jid, { attrs, children }: Element, lang: string): Question | undefined {
  if (children.length > 0) return undefined;
  const { node } = attrs;
  if (to.local === "") {
    return { ...question("disco", to, `info\n${node ?? ""}\n${lang}`, "all"), ...noded(node) };
  }
  const ver = to.isBare ? undefined : CAPS_NODE.exec(node ?? "")?.[1];
  // A hash is answered by what it is the hash of; who answers does not matter.
  if (ver !== undefined) {
    return {
      kind: "capabilities",
      address: to,
      key: capabilitiesKey(ver),
      audience: "all",
      ver,
      ...noded(node),
    };
  }
  return { ...question("client-info", to, `${node ?? ""}\n${lang}`, "subscribers"), ...noded(node) };
}

/** The key under which the answer to a capabilities hash is kept. */
export function capabilitiesKey(ver: string): string {
  return `capabilities\n\n${ver}`;
}

/** Which items are listed may depend on who asks: on rights at a service, on access to nodes. */
function itemsQuestion(to: Jid, { attrs, children }: Element, lang: string): Question | undefined {
  if (children.length > 0) return undefined;
  return { ...question("disco", to, `items\n${attrs.node ?? ""}\n${lang}`, "account"), ...noded(attrs.node) };
}

function noded(node: string | undefined): { readonly node?: string } {
  return node === undefined ? {} : { node };
}

/** Requests of XEP-0084: one avatar by its hash (section 4.3), or the newest metadata. */
function avatarQuestion(to: Jid, pubsub: Element): Question | undefined {
  const [items, ...more] = elementsOf(pubsub);
  if (items?.name !== "items" || more.length > 0 || !to.isBare) return undefined;
  const [item, ...others] = elementsOf(items);
  if (items.attrs.node === NS.AVATAR_DATA && item?.name === "item" && others.length === 0) {
    const { id } = item.attrs;
    // Who can name the hash was shown it by somebody who may see it.
    return id === undefined ? undefined : question("avatar", to, id, "all");
  }
  const isNewest = item === undefined &&
    (items.attrs.max_items === undefined || items.attrs.max_items === "1");
  if (items.attrs.node !== NS.AVATAR_METADATA || !isNewest) return undefined;
  return question("avatar-metadata", to, items.attrs.max_items ?? "", "subscribers");
}
