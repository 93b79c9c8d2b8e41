import type { Specification } from "../router/mod.ts";

/** What a link speaks, for the table in the README. */
export const specifications: readonly Specification[] = [
  {
    id: "XEP-0071",
    title: "XHTML-IM",
    version: "1.5.4",
    note: "taken out before a link, where so configured",
  },
  {
    id: "XEP-0079",
    title: "Advanced Message Processing",
    version: "1.2",
    note: "`expire-at` of messages that wait for a link; no other condition, and not announced",
  },
  {
    id: "XEP-0085",
    title: "Chat State Notifications",
    version: "2.1",
    note: "dropped before a link, where so configured",
  },
  {
    id: "XEP-0131",
    title: "Stanza Headers and Internet Metadata",
    version: "1.2",
    note: "`Urgency` and `Precedence` of messages order what waits for a link",
  },
  {
    id: "XEP-0138",
    title: "Stream Compression",
    version: "2.1",
    note:
      "its zlib method on links, by agreement and from the first byte; not negotiated, not offered to clients",
  },
  {
    id: "XEP-0203",
    title: "Delayed Delivery",
    version: "2.0",
    note: "stamped on messages that waited for a link",
  },
  {
    id: "XEP-0334",
    title: "Message Processing Hints",
    version: "1.0.0",
    note: "no-store, while a link is down",
  },
  { id: "XEP-0361", title: "Zero Handshake Server to Server Protocol", version: "0.3" },
  {
    id: "XEP-0365",
    title: "Server to Server communication over STANAG 5066 ARQ",
    version: "0.2.1",
    note: "one stanza a U_PDU over RCOP, in profile `xep-0361`; not 0.3, whose SLEP is not public",
  },
  {
    id: "STANAG 5066",
    title: "Profile for HF radio data communications, Annexes A and F",
    version: "Edition 3",
    note: "client of the subnetwork interface (SIS), and RCOP; ARQ only",
  },
];
