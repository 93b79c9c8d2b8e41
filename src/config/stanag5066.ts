import { parseConnect } from "./endpoint.ts";
import { mapped, optional, section } from "./field.ts";
import { choice, connect, count, duration, nodeAddress, rate } from "./leaves.ts";

/** Where SIS servers listen (Annex F, section F.16). */
const SERVER = "127.0.0.1:5066";

const keys = section("A STANAG 5066 node, by its subnetwork interface (SIS).", {
  server: connect({ about: "Where the SIS server of our own node listens.", fallback: SERVER }),
  address: nodeAddress({ about: "Address of our own node; what comes for another is not taken." }),
  peer_address: nodeAddress({ about: "Address of the peer's node." }),
  sap: count({
    about: "Our service access point; 6 is that of RCOP (table F-1).",
    from: 0,
    to: 15,
    fallback: 6,
  }),
  peer_sap: optional("as `sap`", count({ about: "The peer's service access point.", from: 0, to: 15 })),
  connection: count({
    about: "RCOP connection id; both sides need the same.",
    from: 0,
    to: 15,
    fallback: 0,
  }),
  application_id: count({
    about: "RCOP application id; none is published for XMPP. Another that comes is accepted, and logged.",
    from: 0,
    to: 65_535,
    fallback: 32_768,
  }),
  rank: count({
    about: "Rank of our client at the node; 15 is for those who configure it.",
    from: 0,
    to: 14,
    fallback: 0,
  }),
  confirmation: choice({
    about:
      "Who confirms what was brought over: the peer's `node`, or its `client`, which costs a turnaround more.",
    words: ["node", "client"],
    fallback: "node",
  }),
  xep0365: choice({
    about: "Generation of XEP-0365 in profile `xep-0361`. 0.3 needs SLEP, whose octets are not published.",
    words: ["0.2.1"],
    later: ["0.3"],
    fallback: "0.2.1",
  }),
  rate: rate({
    about: "What the channel bears: how much is handed to the node at once depends on it.",
    from: "75bps",
    to: "240kbps",
    fallback: "1200bps",
  }),
  turnaround: duration({
    about: "Time that a change of direction takes; what is ready gathers for up to a quarter of it.",
    from: "0s",
    to: "5m",
    fallback: "2s",
  }),
  transmission: duration({
    about: "Longest transmission of the node: about as much as fits into one is handed to it at once.",
    from: "1s",
    to: "127s",
    fallback: "127s",
  }),
});

/** A carrier over STANAG 5066. */
export const stanag5066 = mapped(
  keys,
  (carrier) => ({ ...carrier, peerSap: carrier.peerSap ?? carrier.sap }),
);

/** Where the SIS server of a carrier is, as it stands in the file. */
export function serverOf(raw: Readonly<Record<string, unknown>>): string {
  const { server = SERVER } = raw;
  const at = typeof server === "string" ? parseConnect(server) : undefined;
  return at === undefined ? String(server) : `${at.host}:${at.port}`;
}
