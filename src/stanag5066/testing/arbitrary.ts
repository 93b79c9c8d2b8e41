import fc from "fast-check";
import type { NodeAddress } from "../node_address.ts";
import type { Block, SisPrimitive } from "../primitives.ts";
import type { ServiceType } from "../service_type.ts";

const half = fc.nat(15);
const octet = fc.nat(255);
const octets = fc.uint8Array({ maxLength: 60 });
const single: fc.Arbitrary<NodeAddress> = fc.nat(0xfffffff).map((bits) => ({ isGroup: false, bits }));
const group: fc.Arbitrary<NodeAddress> = fc.nat(0xfffffff).map((bits) => ({ isGroup: true, bits }));
const anyNode = fc.oneof(single, group);
const order = fc.constantFrom<ServiceType["order"]>("in-order", "as-they-arrive");

const arq: fc.Arbitrary<ServiceType> = fc.record({
  mode: fc.constant("arq" as const),
  confirmation: fc.constantFrom<ServiceType["confirmation"]>("none", "node", "client"),
  order,
  minRetransmissions: half,
});
const nonArq: fc.Arbitrary<ServiceType> = fc.record({
  mode: fc.constantFrom<ServiceType["mode"]>("non-arq", "non-arq-with-errors"),
  confirmation: fc.constant("none" as const),
  order,
  minRetransmissions: half,
});

const link = fc.record({ type: fc.nat(2), priority: fc.nat(3), remoteSap: half, remote: single });
const management = fc.record({ messageType: octet, body: octets });
const answer = fc.record({ destinationSap: half, destination: anyNode, part: octets });
const block: fc.Arbitrary<Block> = fc.record({ pointer: fc.nat(0xffff), sizeBytes: fc.nat(0xffff) });
const blocks = fc.array(block, { maxLength: 3 });

const request = fc.oneof(
  fc.record({ destination: single, delivery: fc.oneof(arq, fc.constant(undefined)) }),
  fc.record({ destination: anyNode, delivery: nonArq }),
).chain((to) =>
  fc.record({
    destinationSap: half,
    destination: fc.constant(to.destination),
    delivery: fc.constant(to.delivery),
    ttlMs: fc.option(fc.integer({ min: 1, max: 648_000 }).map((units) => units * 2_000), { nil: undefined }),
    uPdu: octets,
  })
);

const came = { destinationSap: half, sourceSap: half, source: single, uPdu: octets };
const none = fc.constant<Block[]>([]);
const indication = fc.oneof(
  fc.record({
    ...came,
    destination: single,
    mode: fc.constant("arq" as const),
    damaged: none,
    missing: none,
  }),
  fc.record({
    ...came,
    destination: anyNode,
    mode: fc.constant("non-arq" as const),
    damaged: none,
    missing: none,
  }),
  fc.record({
    ...came,
    destination: anyNode,
    mode: fc.constant("non-arq-with-errors" as const),
    damaged: blocks,
    missing: blocks,
  }),
);

/** One of every kind. */
const kinds: { readonly [K in SisPrimitive["kind"]]: fc.Arbitrary<SisPrimitive> } = {
  bindRequest: fc.record({ sap: half, rank: half, service: fc.oneof(arq, nonArq) }).map((fields) => ({
    kind: "bindRequest",
    ...fields,
  })),
  unbindRequest: fc.constant({ kind: "unbindRequest" }),
  bindAccepted: fc.record({ sap: half, mtuBytes: fc.nat(0xffff) }).map((fields) => ({
    kind: "bindAccepted",
    ...fields,
  })),
  bindRejected: octet.map((reason) => ({ kind: "bindRejected", reason })),
  unbindIndication: octet.map((reason) => ({ kind: "unbindIndication", reason })),
  hardLinkEstablish: link.map((link) => ({ kind: "hardLinkEstablish", link })),
  hardLinkTerminate: single.map((remote) => ({ kind: "hardLinkTerminate", remote })),
  hardLinkEstablished: fc.tuple(octet, link).map(([status, link]) => ({
    kind: "hardLinkEstablished",
    status,
    link,
  })),
  hardLinkRejected: fc.tuple(octet, link).map(([reason, link]) => ({
    kind: "hardLinkRejected",
    reason,
    link,
  })),
  hardLinkTerminated: fc.tuple(octet, link).map(([reason, link]) => ({
    kind: "hardLinkTerminated",
    reason,
    link,
  })),
  hardLinkIndication: fc.tuple(octet, link).map(([status, link]) => ({
    kind: "hardLinkIndication",
    status,
    link,
  })),
  hardLinkAccept: link.map((link) => ({ kind: "hardLinkAccept", link })),
  hardLinkReject: fc.tuple(octet, link).map(([reason, link]) => ({ kind: "hardLinkReject", reason, link })),
  subnetAvailability: fc.tuple(octet, octet).map(([status, reason]) => ({
    kind: "subnetAvailability",
    status,
    reason,
  })),
  dataFlowOn: fc.constant({ kind: "dataFlowOn" }),
  dataFlowOff: fc.constant({ kind: "dataFlowOff" }),
  keepAlive: fc.constant({ kind: "keepAlive" }),
  managementRequest: management.map((fields) => ({ kind: "managementRequest", ...fields })),
  managementIndication: management.map((fields) => ({ kind: "managementIndication", ...fields })),
  unidataRequest: fc.tuple(half, request).map(([priority, fields]) => ({
    kind: "unidataRequest",
    priority,
    ...fields,
  })),
  unidataIndication: fc.tuple(half, indication).map(([priority, fields]) => ({
    kind: "unidataIndication",
    priority,
    ...fields,
  })),
  unidataConfirm: answer.map((fields) => ({ kind: "unidataConfirm", ...fields })),
  unidataRejected: fc.tuple(half, answer).map(([reason, fields]) => ({
    kind: "unidataRejected",
    reason,
    ...fields,
  })),
  expeditedUnidataRequest: request.map((fields) => ({ kind: "expeditedUnidataRequest", ...fields })),
  expeditedUnidataIndication: indication.map((fields) => ({
    kind: "expeditedUnidataIndication",
    ...fields,
  })),
  expeditedUnidataConfirm: answer.map((fields) => ({ kind: "expeditedUnidataConfirm", ...fields })),
  expeditedUnidataRejected: fc.tuple(half, answer).map(([reason, fields]) => ({
    kind: "expeditedUnidataRejected",
    reason,
    ...fields,
  })),
};

/**
 * Any primitive that the encoder takes, each kind as often as another. Copied, because the records that fast-check
 * makes are no plain objects.
 */
export const anyPrimitive: fc.Arbitrary<SisPrimitive> = fc.oneof(...Object.values(kinds))
  .map((primitive) => structuredClone(primitive));
