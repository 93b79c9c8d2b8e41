import { Deflater } from "../deflate/mod.ts";
import { deflater } from "../net/mod.ts";
import type { SenderRecord } from "../storage/mod.ts";
import { DICTIONARY } from "./flow/dictionary.ts";
import { overheadOf } from "./flow/guard_frame.ts";
import { History } from "./flow/history.ts";
import type { FlowHalfStore } from "./flow/store.ts";
import type { PeerConfig } from "./peer_config.ts";

/** Says what stanzas would cost on a link, one after the other, each in a batch of its own. */
export interface Sizer {
  /** From what the compressor starts. */
  readonly state: "the last that was sent" | "nothing sent yet" | "no compression";
  /** Octets on the link for one more stanza. */
  next(xml: string): Promise<number>;
}

/** What is known of what a peer was sent. */
export interface SentSoFar {
  /** Profile `halyard`: the store's record of the flow. */
  readonly flow?: FlowHalfStore<SenderRecord> | undefined;
  /** Profile `xep-0361`: the last text of the connection in use; undefined when there is none. */
  readonly recentXml?: string | undefined;
}

const encoder = new TextEncoder();

/** What of a peer's configuration decides about size. */
export interface SizedPeer extends Pick<PeerConfig, "profile" | "compression"> {
  readonly auth?: { readonly mode: "sign" | "seal" } | undefined;
}

/** A sizer for a link, with the compressor that the link uses. */
export function sizerOf(peer: SizedPeer, sent: SentSoFar): Sizer {
  const isFlow = peer.profile === "halyard";
  if (isFlow) return flowSizer(peer, sent.flow);
  if (peer.compression === "deflate") return streamSizer(sent.recentXml);
  return { state: "no compression", next: (xml) => Promise.resolve(encoder.encode(xml).length) };
}

/** Raw DEFLATE from the history that the other side has or will have (docs/link-protocol.md sections 2 and 4). */
function flowSizer(peer: SizedPeer, store: FlowHalfStore<SenderRecord> | undefined): Sizer {
  const framed = (dataBytes: number) => Promise.resolve(framedBytes(dataBytes, peer.auth?.mode));
  if (peer.compression === "none") {
    return { state: "no compression", next: (xml) => framed(encoder.encode(xml).length) };
  }
  const loaded = store?.load();
  const history = loaded === undefined || loaded.record.sent === 0
    ? undefined
    : new History(DICTIONARY, loaded.record.base, loaded.texts).at(loaded.record.sent);
  const compressor = new Deflater(history ?? DICTIONARY);
  return {
    state: history === undefined ? "nothing sent yet" : "the last that was sent",
    next: (xml) => framed(compressor.block(encoder.encode(xml)).length),
  };
}

/** A frame on a stream: its length, its protection, its flags, its data; an acknowledgement may ride along. */
function framedBytes(dataBytes: number, mode: "sign" | "seal" | undefined): number {
  const guardBytes = mode === undefined
    ? 0
    : overheadOf({ mode, epoch: undefined, floor: undefined, counter: undefined });
  const frameBytes = guardBytes + 1 + dataBytes;
  return frameBytes + (frameBytes < 0x80 ? 1 : frameBytes < 0x4000 ? 2 : 3);
}

/** One zlib stream. Its window is filled with what was sent last, if the connection still stands. */
function streamSizer(recentXml: string | undefined): Sizer {
  const { readable, writable } = deflater();
  const [reader, writer] = [readable.getReader(), writable.getWriter()];
  const next = async (xml: string): Promise<number> => {
    // Each write comes out as one chunk.
    const [chunk] = await Promise.all([reader.read(), writer.write(encoder.encode(xml))]);
    return chunk.value?.length ?? 0;
  };
  const filled = recentXml === undefined || recentXml === "" ? Promise.resolve(0) : next(recentXml);
  return {
    state: recentXml === undefined ? "nothing sent yet" : "the last that was sent",
    next: (xml) => filled.then(() => next(xml)),
  };
}
