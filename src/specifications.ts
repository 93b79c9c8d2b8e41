import { systemClock } from "./base/mod.ts";
import { specifications as cacheSpecifications } from "./cache/mod.ts";
import { imFeature } from "./im/mod.ts";
import { specifications as linkSpecifications } from "./link/mod.ts";
import type { Specification } from "./router/mod.ts";
import { disco, entityTime, lastActivity, ping, softwareVersion, vcard } from "./xep/mod.ts";

/** What the layers below the features implement. */
const FOUNDATIONS: readonly Specification[] = [
  { id: "RFC 6120", title: "XMPP: Core", note: "client streams; between servers XEP-0361 takes its place" },
  { id: "RFC 7622", title: "XMPP: Address Format" },
  { id: "RFC 5802", title: "SCRAM-SHA-1 and SCRAM-SHA-1-PLUS" },
  { id: "RFC 7677", title: "SCRAM-SHA-256 and SCRAM-SHA-256-PLUS" },
  { id: "RFC 4616", title: "SASL PLAIN", note: "only under TLS, or from this machine" },
  { id: "RFC 5929", title: "Channel Bindings for TLS", note: "`tls-server-end-point`" },
  {
    id: "XEP-0368",
    title: "SRV records for XMPP over TLS",
    version: "1.1.0",
    note: "direct TLS for clients",
  },
  { id: "XEP-0440", title: "SASL Channel-Binding Type Capability", version: "0.4.2" },
];

/** Every specification that this server implements, RFCs first, each once. */
export function specifications(): Specification[] {
  const features = [
    imFeature,
    disco({ serverFeatures: [], accountFeatures: [], maySee: () => false }),
    softwareVersion(""),
    ping,
    entityTime(systemClock),
    vcard({ get: () => undefined, put: () => false }, 0),
    lastActivity({
      clock: systemClock,
      maySee: () => false,
      isAvailable: () => false,
      lastSeenMs: () => undefined,
    }),
  ];
  const all = [
    ...FOUNDATIONS,
    ...features.flatMap((feature) => feature.specifications),
    ...linkSpecifications,
    ...cacheSpecifications,
  ];
  const byId = new Map<string, Specification>();
  for (const one of all) byId.set(one.id, merged(byId.get(one.id), one));
  return [...byId.values()].sort((a, b) => a.id < b.id ? -1 : 1);
}

/** Two parts of the server may implement parts of one specification: both notes are kept. */
function merged(known: Specification | undefined, one: Specification): Specification {
  if (known?.note === undefined) return one;
  return one.note === undefined || one.note === known.note
    ? known
    : { ...one, note: `${known.note}; ${one.note}` };
}

/** The table of the README. */
export function specificationTable(): string {
  const rows = specifications().map(({ id, title, version = "", note = "" }) =>
    `| ${id} | ${title} | ${version} | ${note} |`
  );
  return ["| specification | title | version | note |", "|---|---|---|---|", ...rows].join("\n");
}
