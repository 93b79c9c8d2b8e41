import assert from "node:assert/strict";
import fc from "fast-check";
import {
  encodePrimitive,
  formatNodeAddress,
  type HardLink,
  type NodeAddress,
  type ServiceType,
  SIS_TYPE,
  type SisPrimitive,
} from "../../src/stanag5066/mod.ts";
import { anyPrimitive } from "../../src/stanag5066/testing/arbitrary.ts";
import { EXAMPLES } from "../../src/stanag5066/testing/examples.ts";
import { canUseTshark, dissect } from "./tshark.ts";

type Fields = Record<string, string | number>;

const CLIENT_PORT = 40_000;
const SIS_PORT = 5_066;
const MODES: Record<ServiceType["mode"], number> = { arq: 1, "non-arq": 2, "non-arq-with-errors": 3 };
const CONFIRMATIONS: Record<ServiceType["confirmation"], number> = { none: 0, node: 1, client: 2 };
/** SAPs whose U_PDUs tshark shows with the header of RCOP and UDOP. */
const HAS_HEADER = new Set([6, 7]);
/** A SAP whose U_PDUs it shows as they are. */
const PLAIN_SAP = 5;
const RCOP_HEADER_BYTES = 6;
const IN_U_PDU = /^data\.data$|^s5066sis\.ctl\./;

/** What tshark should show, from the primitive alone: figures said once more, in Wireshark's names. */
function expected(primitive: SisPrimitive): Fields {
  const type = SIS_TYPE[primitive.kind];
  const prefix = `s5066sis.${String(type).padStart(2, "0")}`;
  const own: Fields = {};
  const put = (name: string, value: string | number) => own[`${prefix}.${name}`] = value;
  const common = { "s5066sis.sync": "0x90eb", "s5066sis.version": "0x00", "s5066sis.type": type };
  switch (primitive.kind) {
    case "bindRequest":
      put("sapid", primitive.sap);
      put("rank", primitive.rank);
      put("unused", "0x00");
      return { ...common, ...own, ...service(primitive.service) };
    case "bindAccepted":
      put("sapid", primitive.sap);
      put("mtu", primitive.mtuBytes);
      put("unused", "0x00");
      return { ...common, ...own };
    case "subnetAvailability":
      put("status", primitive.status);
      put("reason", primitive.reason);
      return { ...common, ...own };
    case "managementRequest":
    case "managementIndication":
      put("type", hex(primitive.messageType, 2));
      if (primitive.body.length > 0) put("body", primitive.body.toHex());
      return { ...common, ...own };
    case "hardLinkTerminate":
      return { ...common, ...addresses(primitive.remote) };
    case "unidataRequest":
    case "expeditedUnidataRequest":
      own[primitive.kind === "unidataRequest" ? `${prefix}.priority` : `${prefix}.unused`] =
        primitive.kind === "unidataRequest" ? primitive.priority : 0;
      put("sapid", primitive.destinationSap);
      put("ttl", (primitive.ttlMs ?? 0) / 2_000);
      put("size", primitive.uPdu.length);
      return {
        ...common,
        ...own,
        ...addresses(primitive.destination),
        ...service(primitive.delivery),
        ...carried(primitive.destinationSap, primitive.uPdu),
      };
    case "unidataIndication":
    case "expeditedUnidataIndication":
      own[primitive.kind === "unidataIndication" ? `${prefix}.priority` : `${prefix}.unused`] =
        primitive.kind === "unidataIndication" ? primitive.priority : 0;
      put("sapid", primitive.destinationSap);
      put("txmode", hex(MODES[primitive.mode], 2));
      put("src_sapid", primitive.sourceSap);
      put("size", primitive.uPdu.length);
      return {
        ...common,
        ...own,
        ...faults(prefix, primitive),
        ...addresses(primitive.destination, primitive.source),
        ...carried(primitive.destinationSap, primitive.uPdu),
      };
    case "unidataConfirm":
    case "expeditedUnidataConfirm":
    case "unidataRejected":
    case "expeditedUnidataRejected":
      own["reason" in primitive ? `${prefix}.reason` : `${prefix}.unused`] = "reason" in primitive
        ? primitive.reason
        : 0;
      put("sapid", primitive.destinationSap);
      put("size", primitive.part.length);
      if (primitive.part.length > 0) put("data", primitive.part.toHex());
      return { ...common, ...own, ...addresses(primitive.destination) };
    default:
      if ("reason" in primitive) put("reason", primitive.reason);
      if ("status" in primitive) put("status", primitive.status);
      return "link" in primitive
        ? { ...common, ...own, ...hardLink(prefix, primitive.link) }
        : { ...common, ...own };
  }
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, "0")}`;
}

function service(type: ServiceType | undefined): Fields {
  return {
    "s5066sis.st.txmode": hex(type === undefined ? 0 : MODES[type.mode], 2),
    "s5066sis.st.confirm": hex(type === undefined ? 0 : CONFIRMATIONS[type.confirmation], 2),
    "s5066sis.st.order": hex(type?.order === "as-they-arrive" ? 1 : 0, 2),
    "s5066sis.st.extended": "0x00",
    "s5066sis.st.retries": type?.minRetransmissions ?? 0,
  };
}

function addresses(...all: NodeAddress[]): Fields {
  return {
    "s5066sis.address.size": all.map(() => "0x07").join(","),
    "s5066sis.address.group": all.map(({ isGroup }) => isGroup ? "0x01" : "0x00").join(","),
    "s5066sis.address.address": all.map(formatNodeAddress).join(","),
  };
}

function hardLink(prefix: string, { type, priority, remoteSap, remote }: HardLink): Fields {
  const fields = {
    [`${prefix}.type`]: type,
    [`${prefix}.priority`]: priority,
    [`${prefix}.sapid`]: remoteSap,
  };
  return { ...fields, ...addresses(remote) };
}

type Indication = Extract<SisPrimitive, { readonly sourceSap: number }>;

function faults(prefix: string, { mode, damaged, missing }: Indication): Fields {
  if (mode !== "non-arq-with-errors") return {};
  const fields: Fields = {};
  for (const [name, blocks] of [["err", damaged], ["nrx", missing]] as const) {
    fields[`${prefix}.${name}_blocks`] = blocks.length;
    if (blocks.length === 0) continue;
    fields[`${prefix}.${name}_ptr`] = blocks.map(({ pointer }) => hex(pointer, 4)).join(",");
    fields[`${prefix}.${name}_size`] = blocks.map(({ sizeBytes }) => sizeBytes).join(",");
  }
  return fields;
}

function carried(sap: number, uPdu: Uint8Array): Fields {
  if (sap === PLAIN_SAP && uPdu.length > 0) return { "data.data": uPdu.toHex() };
  if (!HAS_HEADER.has(sap) || uPdu.length < RCOP_HEADER_BYTES) return {};
  const [first = 0, id = 0] = uPdu;
  const view = new DataView(uPdu.buffer, uPdu.byteOffset);
  return {
    "s5066sis.ctl.conn_id": hex(first >> 4, 2),
    "s5066sis.ctl.reserved": hex(first & 15, 2),
    "s5066sis.ctl.updu_id": hex(id, 2),
    "s5066sis.ctl.updu_segment": hex(view.getUint16(2), 4),
    "s5066sis.ctl.app_id": hex(view.getUint16(4), 4),
  };
}

function piece(octets: Uint8Array) {
  return { from: CLIENT_PORT, to: SIS_PORT, octets };
}

/** Two empty lists of faulty blocks make tshark 4.0 look for a server of Rockwell Collins, also where they belong. */
function misleadsTshark(primitive: SisPrimitive): boolean {
  if (!("sourceSap" in primitive) || primitive.mode !== "non-arq-with-errors") return false;
  return primitive.damaged.length + primitive.missing.length === 0;
}

async function compare(primitives: readonly SisPrimitive[]): Promise<void> {
  const wanted = primitives.map((primitive) => {
    const octets = encodePrimitive(primitive);
    const texts = Object.entries(expected(primitive)).map(([name, value]) => [name, String(value)]);
    return { octets, fields: { ...Object.fromEntries(texts), "s5066sis.size": String(octets.length - 5) } };
  });
  const names = [...new Set(wanted.flatMap(({ fields }) => Object.keys(fields)))];
  const found = await dissect(wanted.map(({ octets }) => piece(octets)), names);
  assert.equal(found.length, primitives.length);
  for (const [index, { fields }] of wanted.entries()) {
    // What tshark makes of a U_PDU is asked where it is known what that should be; it guesses at others.
    const shown = Object.entries(found[index] ?? {}).filter(([name]) =>
      name in fields || !IN_U_PDU.test(name)
    );
    assert.deepEqual(Object.fromEntries(shown), fields);
  }
}

Deno.test({
  name: "tshark reads the worked examples as we mean them",
  ignore: !canUseTshark(),
  fn: () => compare(EXAMPLES.map(([, , primitive]) => primitive)),
});

Deno.test({
  name: "tshark reads any primitive as we mean it, of every kind",
  ignore: !canUseTshark(),
  async fn() {
    const primitives = fc.sample(anyPrimitive, { numRuns: 1_000, seed: 5066 }).filter((one) =>
      !misleadsTshark(one)
    );
    assert.deepEqual(
      [...new Set(primitives.map(({ kind }) => kind))].sort(),
      Object.keys(SIS_TYPE).sort(),
    );
    await compare(primitives);
  },
});

/**
 * What tshark 4.0 calls malformed though its fields are right, after which it leaves out the rest of the packet: it
 * looks for the header of RCOP behind the end of a confirm or reject, and for data in an empty U_PDU.
 */
function stopsTshark(primitive: SisPrimitive): boolean {
  if ("part" in primitive) return HAS_HEADER.has(primitive.destinationSap);
  return "uPdu" in primitive && primitive.uPdu.length === 0;
}

// It gives up on packets that are smaller than most primitives.
for (const size of [40, 100, 1_000]) {
  Deno.test({
    name: `tshark finds the borders of primitives in packets of ${size} octets`,
    ignore: !canUseTshark(),
    async fn() {
      const primitives = EXAMPLES.map(([, , primitive]) => primitive).filter((one) => !stopsTshark(one));
      const octets = Uint8Array.from(primitives.flatMap((primitive) => [...encodePrimitive(primitive)]));
      const pieces = Array.from(
        { length: Math.ceil(octets.length / size) },
        (_, index) => piece(octets.subarray(size * index, size * (index + 1))),
      );
      const found = await dissect(pieces, ["s5066sis.type", "_ws.malformed"]);
      assert.deepEqual(found.filter((fields) => "_ws.malformed" in fields), []);
      const types = found.flatMap((fields) => fields["s5066sis.type"]?.split(",") ?? []);
      assert.deepEqual(types.map(Number), primitives.map(({ kind }) => SIS_TYPE[kind]));
    },
  });
}
