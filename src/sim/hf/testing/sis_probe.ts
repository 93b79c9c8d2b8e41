import { memoryPair, type Transport } from "../../../net/mod.ts";
import {
  type ClientPrimitive,
  encodePrimitive,
  parseNodeAddress,
  type ServerPrimitive,
  SisReader,
} from "../../../stanag5066/mod.ts";
import type { SisServer } from "../sis_server.ts";

/** Service type of the tests' binds: ARQ, confirmed by the node, in order. */
export const ARQ_NODE = {
  mode: "arq",
  confirmation: "node",
  order: "in-order",
  minRetransmissions: 0,
} as const;

/** A client that says what it is told to, and notes what it hears. */
export class SisProbe {
  readonly heard: ServerPrimitive[] = [];
  readonly transport: Transport;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  /** Why its reader stopped: octets that are no primitives. */
  broken = false;
  ended = false;

  constructor(transport: Transport) {
    this.transport = transport;
    this.#writer = transport.writable.getWriter();
    this.#writer.closed.catch(() => {});
    void this.#read();
  }

  /** A probe that is connected to the server through memory. */
  static at(server: SisServer): SisProbe {
    const [near, far] = memoryPair();
    server.accept(far);
    return new SisProbe(near);
  }

  /** The kinds of what was heard, with the reason or state where there is one. */
  get words(): string[] {
    return this.heard.map((primitive) => {
      if ("reason" in primitive) return `${primitive.kind} ${primitive.reason}`;
      if ("uPdu" in primitive) return `${primitive.kind} ${new TextDecoder().decode(primitive.uPdu)}`;
      if ("part" in primitive) return `${primitive.kind} ${new TextDecoder().decode(primitive.part)}`;
      return primitive.kind;
    });
  }

  say(primitive: ClientPrimitive): void {
    this.sendOctets(encodePrimitive(primitive));
  }

  sendOctets(octets: Uint8Array): void {
    this.#writer.write(octets).catch(() => {});
  }

  bind(sap = 6, rank = 0): void {
    this.say({ kind: "bindRequest", sap, rank, service: ARQ_NODE });
  }

  /** Sends text to a node's SAP 6. */
  send(
    to: string,
    text: string,
    changes: { ttlMs?: number; confirmation?: "none" | "node" | "client" } = {},
  ): void {
    const { ttlMs, confirmation = "node" } = changes;
    this.say({
      kind: "unidataRequest",
      priority: 0,
      destinationSap: 6,
      destination: parseNodeAddress(to) ?? { isGroup: false, bits: 0 },
      delivery: { ...ARQ_NODE, confirmation },
      ttlMs,
      uPdu: new TextEncoder().encode(text),
    });
  }

  async #read(): Promise<void> {
    const reader = new SisReader();
    const input = this.transport.readable.getReader();
    try {
      for (let read = await input.read(); !read.done; read = await input.read()) {
        for (const found of reader.push(read.value)) {
          if (found.kind === "primitive") this.heard.push(found.primitive as ServerPrimitive);
          else this.broken = true;
        }
      }
    } catch {
      // Ended all the same.
    }
    this.ended = true;
  }
}
