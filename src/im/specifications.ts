import type { Feature } from "../router/mod.ts";
import { NS } from "../stanza/mod.ts";
import { type Element, xml } from "../xml/mod.ts";

/** What instant messaging implements, for the table in the README and for service discovery. */
export const imFeature: Feature = {
  specifications: [
    { id: "RFC 6121", title: "XMPP: Instant Messaging and Presence" },
    { id: "XEP-0160", title: "Best Practices for Handling Offline Messages", version: "1.0.1" },
    { id: "XEP-0203", title: "Delayed Delivery", version: "2.0" },
    {
      id: "XEP-0334",
      title: "Message Processing Hints",
      version: "1.0.0",
      note: "`no-store`, for messages that would have to wait",
    },
  ],
  serverFeatures: ["msgoffline"],
};

/** What clients are offered once they have logged in (RFC 6121 sections 2.6.1 and 3.4). */
export function imStreamFeatures(): Element[] {
  return [xml("ver", { xmlns: NS.ROSTER_VERSIONING }), xml("sub", { xmlns: NS.PRE_APPROVAL })];
}
