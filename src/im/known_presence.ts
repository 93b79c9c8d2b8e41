import { base64, hex, octetsOf, sha256 } from "../base/mod.ts";
import type { IqAnswer, IqHandler, IqKey } from "../router/mod.ts";
import { NS, type Stanza } from "../stanza/mod.ts";
import { type Element, elementsOf, xml } from "../xml/mod.ts";
import type { Presence } from "./presence.ts";
import { priorityOf } from "./presence_element.ts";
import type { Rosters } from "./rosters.ts";
import type { Sessions } from "./sessions.ts";

/** Stands in a question for an empty list: whatever was told before, nothing of it is known. */
const NOTHING_KNOWN = "-";
/** Octets by which one resource's presence is named. */
const STATE_SIZE_BYTES = 4;

/**
 * Names what a resource says to people: the first 4 octets of the SHA-256 of its full JID, show, priority and statuses,
 * with a line feed between. The rest of presence may have been left out on the way.
 */
export function stateOfPresence(jid: string, presence: Element): Uint8Array {
  const own = (name: string) =>
    elementsOf(presence).filter((child) => child.is(name) && child.attrs.xmlns === undefined);
  const show = own("show").map((child) => child.getText()).join("");
  const status = own("status").map((child) => `${child.attrs["xml:lang"] ?? ""} ${child.getText()}`);
  const text = [jid, show, String(priorityOf(presence) ?? 0), ...status].join("\n");
  return sha256(text).subarray(0, STATE_SIZE_BYTES);
}

/**
 * The question about the presence of all users of a domain.
 * @param known what is known of it here; undefined: all that was ever told, so only what was not is to be told
 */
export function questionElement(id: string, known: readonly Uint8Array[] | undefined): Element {
  if (known === undefined) return xml("iq", { type: "get", id }, xml("known", { xmlns: NS.HALYARD }));
  const octets = new Uint8Array(known.length * STATE_SIZE_BYTES);
  for (const [index, state] of known.entries()) octets.set(state, index * STATE_SIZE_BYTES);
  return xml("iq", { type: "get", id }, xml("known", { xmlns: NS.HALYARD }, base64(octets) || NOTHING_KNOWN));
}

/** What an answer confirms of the question's list, in its order; undefined when it is no proper answer. */
export function confirmedBy(answer: Element, listed: number): boolean[] | undefined {
  const bits = octetsOf(answer.getChild("known", NS.HALYARD)?.getText() ?? "?");
  if (bits?.length !== Math.ceil(listed / 8)) return undefined;
  return Array.from(
    { length: listed },
    (_, index) => ((bits[index >> 3] ?? 0) & (0x80 >> (index & 7))) !== 0,
  );
}

/** Answers another Halyard's question about the presence of all our users that its users may see. */
export class KnownPresence {
  readonly #sessions: Sessions;
  readonly #rosters: Rosters;
  readonly #presence: Presence;

  constructor(sessions: Sessions, rosters: Rosters, presence: Presence) {
    this.#sessions = sessions;
    this.#rosters = rosters;
    this.#presence = presence;
  }

  get serverIq(): Readonly<Record<IqKey, IqHandler>> {
    const known: IqHandler = (iq, payload) => this.#answer(iq, payload);
    return { [`get {${NS.HALYARD}}known`]: known };
  }

  /**
   * Sends what is not in the list; the answer says what of the list is true. Without a list it sends all, of which the
   * link lets pass what it has not told yet; with one, it lets pass all.
   */
  #answer({ from, origin }: Stanza, payload: Element): IqAnswer {
    if (origin.kind !== "link" || from.toString() !== from.domain) {
      return { error: { condition: "forbidden" } };
    }
    const text = payload.getText();
    const octets = octetsOf(text === NOTHING_KNOWN ? "" : text);
    if (octets === undefined || octets.length % STATE_SIZE_BYTES !== 0) {
      return { error: { condition: "bad-request" } };
    }
    const places = placesOf(octets);
    const confirmed = new Uint8Array(Math.ceil(octets.length / STATE_SIZE_BYTES / 8));
    for (const user of this.#sessions.users) {
      const contacts = this.#rosters.subscribers(user.username)
        .filter(({ jid }) => jid.domain === from.domain).map(({ jid }) => jid);
      if (contacts.length === 0) continue;
      for (const { jid, presence } of user.available) {
        if (presence === undefined) continue;
        const at = places.get(hex(stateOfPresence(jid.toString(), presence)));
        if (at === undefined) this.#presence.tellAgain(jid, contacts);
        for (const index of at ?? []) {
          confirmed[index >> 3] = (confirmed[index >> 3] ?? 0) | (0x80 >> (index & 7));
        }
      }
    }
    return { result: xml("known", { xmlns: NS.HALYARD }, base64(confirmed)) };
  }
}

/** Where each name stands in a list. */
function placesOf(octets: Uint8Array): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (let index = 0; index * STATE_SIZE_BYTES < octets.length; index++) {
    const name = hex(octets.subarray(index * STATE_SIZE_BYTES, (index + 1) * STATE_SIZE_BYTES));
    const at = places.get(name);
    if (at === undefined) places.set(name, [index]);
    else at.push(index);
  }
  return places;
}
