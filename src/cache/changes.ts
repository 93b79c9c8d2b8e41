import { NS, type Stanza } from "../stanza/mod.ts";
import type { Change } from "./known.ts";

/** What the software of a session answers: worthless when the session has ended. */
const OF_SESSIONS = ["client-info", "version"] as const;

/** What a stanza that passes says about answers that are kept: each change makes some of them worthless. */
export function changesIn(stanza: Stanza): Change[] {
  switch (stanza.kind) {
    case "presence":
      return changesInPresence(stanza);
    case "message":
      return changesInEvent(stanza);
    case "iq":
      return stanza.type === "set" && stanza.element.getChild("vCard", NS.VCARD) !== undefined
        ? [{ address: stanza.to.toString(), kinds: ["vcard"] }]
        : [];
  }
}

/** The capabilities hash that presence announces (XEP-0115); undefined when it announces none. */
export function announcedVer({ element }: Stanza): string | undefined {
  const { hash, ver } = element.getChild("c", NS.CAPS)?.attrs ?? {};
  return hash === "sha-1" ? ver : undefined;
}

function changesInPresence(stanza: Stanza): Change[] {
  const { from, type, element } = stanza;
  if (type === "unavailable") {
    return [{ address: from.toString(), withResources: from.isBare, kinds: OF_SESSIONS }];
  }
  if (type !== "") return [];
  const changes: Change[] = [];
  const ver = announcedVer(stanza);
  if (ver !== undefined) changes.push({ address: from.toString(), kinds: ["client-info"], unlessTag: ver });
  const photo = element.getChild("x", NS.VCARD_UPDATE)?.getChild("photo");
  if (photo !== undefined) {
    // An occupant's photo is not the room's.
    const address = element.getChild("x", NS.MUC_USER) === undefined ? from.bare : from;
    const unlessTag = photo.getText().trim().toLowerCase();
    changes.push({ address: address.toString(), kinds: ["vcard", "avatar-metadata"], unlessTag });
  }
  return changes;
}

/** An event that somebody has another avatar, or none any more (XEP-0084 section 4.2). */
function changesInEvent({ from, element }: Stanza): Change[] {
  const items = element.getChild("event", NS.PUBSUB_EVENT)?.getChild("items");
  if (items?.attrs.node !== NS.AVATAR_METADATA) return [];
  const tag = items.getChild("item")?.attrs.id;
  return [{
    address: from.bare.toString(),
    kinds: ["avatar-metadata"],
    ...(tag === undefined ? {} : { unlessTag: tag }),
  }];
}
