import { hex, octetsOf, sha1 } from "../base/mod.ts";
import { NS, type StanzaErrorCondition } from "../stanza/mod.ts";
import { type Element, elementsOf } from "../xml/mod.ts";
import { capabilitiesHash, saysNoMoreThanItsHash } from "./capabilities.ts";
import type { Audience, Question } from "./question.ts";

/** How an answer may be kept. */
export interface Worth {
  /** Who may be told of it besides the account that asked, by what it says. */
  readonly audience: Audience;
  /** What tells later whether it is still true; see `CachedAnswer`. */
  readonly tag: string;
  /** The capabilities hash that it proves, if it is disco#info. */
  readonly ver: string | undefined;
}

/** Refusals that say something lasting; the others are about the moment, or about the one who asked. */
const LASTING: readonly StanzaErrorCondition[] = [
  "feature-not-implemented",
  "forbidden",
  "gone",
  "item-not-found",
  "not-allowed",
  "service-unavailable",
];

/** Of these, what somebody is refused who may be the only one. */
const OF_ASKER: readonly StanzaErrorCondition[] = ["forbidden", "not-allowed"];

/**
 * What an answer is worth to others and later.
 * @param answer a result or an error
 * @returns undefined when it is worth nothing: it is not what it should be, or only true for the moment
 */
export function worthOf(question: Question, answer: Element): Worth | undefined {
  const { kind, audience } = question;
  if (answer.attrs.type === "error") return errorWorth(question, answer);
  const [payload] = elementsOf(answer);
  switch (kind) {
    case "capabilities":
    case "client-info":
    case "disco":
      return payload === undefined ? undefined : infoWorth(question, payload);
    case "vcard":
      return { audience, tag: photoHash(payload), ver: undefined };
    case "avatar":
      return isAvatar(question, payload) ? { audience, tag: "", ver: undefined } : undefined;
    case "avatar-metadata":
      return { audience, tag: itemOf(payload)?.attrs.id ?? "", ver: undefined };
    case "version":
      return { audience, tag: "", ver: undefined };
  }
}

function errorWorth({ kind, address, audience }: Question, answer: Element): Worth | undefined {
  const error = answer.getChild("error");
  const isOneOf = (conditions: readonly StanzaErrorCondition[]) =>
    conditions.some((condition) => error?.getChild(condition, NS.STANZA_ERRORS) !== undefined);
  if (!isOneOf(LASTING)) return undefined;
  if (isOneOf(OF_ASKER)) return { audience: "account", tag: "", ver: undefined };
  // What a server does not know it tells everybody alike; others may refuse only the one who asked.
  const isOfServer = address.local === "" && kind !== "avatar";
  return { audience: audience === "all" && !isOfServer ? "subscribers" : audience, tag: "", ver: undefined };
}

function infoWorth(question: Question, query: Element): Worth {
  const isInfo = query.is("query", NS.DISCO_INFO);
  const tag = isInfo ? capabilitiesHash(query) ?? "" : "";
  const ver = tag !== "" && saysNoMoreThanItsHash(query) ? tag : undefined;
  const { kind, audience } = question;
  // What does not have the hash that was asked for is only what this one client says.
  if (kind === "capabilities" && ver !== question.ver) return { audience: "subscribers", tag, ver };
  const isPublic = isInfo && isPublicRoom(query);
  return { audience: isPublic ? "all" : audience, tag, ver };
}

/** A room that anybody may find (XEP-0045 section 4.2: public, the opposite of hidden). */
function isPublicRoom(query: Element): boolean {
  const isRoom = query.getChildren("identity").some(({ attrs }) => attrs.category === "conference");
  const features = query.getChildren("feature").map(({ attrs }) => attrs.var);
  return isRoom && features.includes("muc_public") && !features.includes("muc_hidden");
}

/** Hash of the photo in a vCard, as presence names it (XEP-0153); empty when there is none. */
function photoHash(vcard: Element | undefined): string {
  const photo = vcard?.getChild("PHOTO")?.getChildText("BINVAL");
  const octets = photo === undefined || photo === null ? undefined : octetsOf(photo);
  return octets === undefined || octets.length === 0 ? "" : hex(sha1(octets));
}

/** An avatar is named by its hash (XEP-0084 section 4.2): what has another is not what was asked for. */
function isAvatar({ key }: Question, pubsub: Element | undefined): boolean {
  const data = itemOf(pubsub)?.getChildText("data", NS.AVATAR_DATA);
  const octets = data === undefined || data === null ? undefined : octetsOf(data);
  return octets !== undefined && key.endsWith(`\n${hex(sha1(octets))}`);
}

function itemOf(pubsub: Element | undefined): Element | undefined {
  return pubsub?.getChild("items")?.getChild("item");
}
