import type { Feature, IqHandler } from "../router/mod.ts";
import { NS, type StanzaError } from "../stanza/mod.ts";
import type { VcardStore } from "../storage/mod.ts";
import { elementSizeBytes, readXml, writeXml } from "../xml/mod.ts";

/**
 * The same for an account without a vCard as for one that does not exist, so that accounts cannot be probed (XEP-0054
 * section 3.2).
 */
const NONE: StanzaError = { condition: "service-unavailable" };

/**
 * vCards: set by their owner, got by anybody.
 * @param limitBytes largest that is kept, as XML
 */
export function vcard(store: VcardStore, limitBytes: number): Feature {
  const get: IqHandler = ({ to, from }) => {
    const text = store.get(to.local);
    if (text !== undefined) return { result: readXml(text) };
    return { error: from.bare.equals(to) ? { condition: "item-not-found" } : NONE };
  };
  const set: IqHandler = ({ to, from }, payload) => {
    if (!from.bare.equals(to)) return { error: { condition: "forbidden" } };
    const sizeBytes = elementSizeBytes(payload);
    if (sizeBytes > limitBytes) {
      const text = `The vCard takes ${sizeBytes} bytes; ${limitBytes} are allowed`;
      return { error: { condition: "not-acceptable", text } };
    }
    return store.put(to.local, writeXml(payload)) ? { result: undefined } : { error: NONE };
  };
  return {
    specifications: [{ id: "XEP-0054", title: "vcard-temp", version: "1.3.0" }],
    serverFeatures: [NS.VCARD],
    accountFeatures: [NS.VCARD],
    accountIq: { [`get {${NS.VCARD}}vCard`]: get, [`set {${NS.VCARD}}vCard`]: set },
  };
}
