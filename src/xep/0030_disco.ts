import { NS, type StanzaError } from "../stanza/mod.ts";
import { xml } from "../xml/mod.ts";
import type { Jid } from "../stanza/mod.ts";
import type { Feature, IqHandler } from "../router/mod.ts";

export interface DiscoOptions {
  /** Features of the server's own address, those of service discovery among them. */
  readonly serverFeatures: readonly string[];
  /** Features of an account's bare address, likewise. */
  readonly accountFeatures: readonly string[];
  /** Whether `requester` may know that `account` exists: himself, or someone who may see his presence. */
  readonly maySee: (account: Jid, requester: Jid) => boolean;
}

/** Neither the server nor its accounts have nodes (XEP-0030 section 3.2). */
const NO_SUCH_NODE: StanzaError = { condition: "item-not-found" };
/** The same answer as for an account that does not exist, so that accounts cannot be probed (section 8). */
const NOT_SEEN: StanzaError = { condition: "service-unavailable" };

/** Service discovery: what the server and its accounts are and can do. */
export function disco(options: DiscoOptions): Feature {
  const { serverFeatures, accountFeatures, maySee } = options;
  const forAccount = (handler: IqHandler): IqHandler => (iq, payload) =>
    maySee(iq.to, iq.from) ? handler(iq, payload) : { error: NOT_SEEN };
  return {
    specifications: [{ id: "XEP-0030", title: "Service Discovery", version: "2.5rc3" }],
    serverIq: {
      [`get {${NS.DISCO_INFO}}query`]: info(
        { category: "server", type: "im", name: "Halyard" },
        serverFeatures,
      ),
      [`get {${NS.DISCO_ITEMS}}query`]: noItems,
    },
    accountIq: {
      [`get {${NS.DISCO_INFO}}query`]: forAccount(
        info({ category: "account", type: "registered" }, accountFeatures),
      ),
      [`get {${NS.DISCO_ITEMS}}query`]: forAccount(noItems),
    },
  };
}

function info(identity: Record<string, string>, features: readonly string[]): IqHandler {
  const unique = [...new Set(features)].sort();
  return (_iq, query) => {
    if (query.attrs.node !== undefined) return { error: NO_SUCH_NODE };
    const children = unique.map((name) => xml("feature", { var: name }));
    return { result: xml("query", { xmlns: NS.DISCO_INFO }, xml("identity", identity), ...children) };
  };
}

const noItems: IqHandler = (_iq, query) =>
  query.attrs.node === undefined
    ? { result: xml("query", { xmlns: NS.DISCO_ITEMS }) }
    : { error: NO_SUCH_NODE };
