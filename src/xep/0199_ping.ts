import type { Feature, IqHandler } from "../router/mod.ts";
import { NS } from "../stanza/mod.ts";

const pong: IqHandler = () => ({ result: undefined });

/** An account answers only its own clients: a stranger's ping would tell whether the account exists. */
const ownPong: IqHandler = (iq, payload) =>
  iq.from.bare.equals(iq.to) ? pong(iq, payload) : { error: { condition: "service-unavailable" } };

/** A client's ping is answered here and never crosses a link (XEP-0199 section 4.2). */
export const ping: Feature = {
  specifications: [{ id: "XEP-0199", title: "XMPP Ping", version: "2.0.1" }],
  serverFeatures: [NS.PING],
  serverIq: { [`get {${NS.PING}}ping`]: pong },
  accountIq: { [`get {${NS.PING}}ping`]: ownPong },
};
