import { Deflater } from "../deflate/mod.ts";
import { deflater } from "../net/mod.ts";
import type { SenderRecord } from "../storage/mod.ts";
import { DICTIONARY } from "./flow/dictionary.ts";
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

/** A sizer for a link, with the compressor that the link uses. */
export function sizerOf(
  { profile, compression }: Pick<PeerConfig, "profile" | "compression">,
  sent: SentSoFar,
): Sizer {
  const isFlow = profile === "halyard";
  if (compression === "none") {
    const next = (xml: string) => Promise.resolve(framedBytes(encoder.encode(xml).length, isFlow));
    return { state: "no compression", next };
  }
  return isFlow ? flowSizer(sent.flow) : streamSizer(sent.recentXml);
}

/** Raw DEFLATE from the history that the other side has or will have (docs/link-protocol.md sections 2 and 4). */
function flowSizer(store: FlowHalfStore<SenderRecord> | undefined): Sizer {
  const loaded = store?.load();
  const history = loaded === undefined || loaded.record.sent === 0
    ? undefined
    : new History(DICTIONARY, loaded.record.base, loaded.texts).at(loaded.record.sent);
  const compressor = new Deflater(history ?? DICTIONARY);
  return {
    state: history === undefined ? "nothing sent yet" : "the last that was sent",
    next: (xml) => Promise.resolve(framedBytes(compressor.block(encoder.encode(xml)).length, true)),
  };
}

/** A frame of profile `halyard` on a stream: its length, its flags, its data; an acknowledgement may ride along. */
function framedBytes(dataBytes: number, isFlow: boolean): number {
  if (!isFlow) return dataBytes;
  const frameBytes = dataBytes + 1;
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
