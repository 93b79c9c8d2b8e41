import type { RandomSource } from "../base/mod.ts";
import { deflater } from "../net/mod.ts";
import { RCOP_HEADER_SIZE_BYTES, segmentedBytes } from "../stanag5066/mod.ts";
import type { LinkId, LinkIdStore, SenderRecord } from "../storage/mod.ts";
import { type Element, writeXml } from "../xml/mod.ts";
import { codingFor, dictionaryOf, FlowEncoder } from "./flow/coder.ts";
import { type CarrierKind, type Coding, encodeFrame, NO_FRAME, withLength } from "./flow/frame.ts";
import { overheadOf } from "./flow/guard_frame.ts";
import { History, type Window } from "./flow/history.ts";
import { cutFrame } from "./flow/pieces.ts";
import { Shortener } from "./flow/shortener.ts";
import type { FlowHalfStore, NumberedText } from "./flow/store.ts";
import { LinkIds } from "./ids/mod.ts";
import type { PeerConfig } from "./peer_config.ts";

/** Says what stanzas would cost on a link, one after the other, each in a batch of its own. */
export interface Sizer {
  /** From what the compressor starts. */
  readonly state: "the last that was sent" | "nothing sent yet" | "no compression";
  /** Octets on the link for one more stanza. */
  next(element: Element): Promise<number>;
}

/** What is known of what a peer was sent. */
export interface SentSoFar {
  /** Profile `halyard`: the store's record of the flow. */
  readonly flow?: FlowHalfStore<SenderRecord> | undefined;
  /** Profile `halyard`: the ids of the link, which are left as they are. */
  readonly ids?: LinkIdStore | undefined;
  /** Profile `xep-0361`: the last text of the connection in use; undefined when there is none. */
  readonly recentXml?: string | undefined;
}

const encoder = new TextEncoder();

/** What of a peer's configuration decides about size. */
export interface SizedPeer extends Pick<PeerConfig, "profile" | "compression" | "shorten"> {
  readonly auth?: { readonly mode: "sign" | "seal" } | undefined;
}

/** It is another server's in the same place, and of the same length. */
const STEM = "own";
/** What a running server would draw is not known, and of the same length. */
const NO_RANDOM: RandomSource = { bytes: (sizeBytes) => new Uint8Array(sizeBytes) };

/** What nodes take as one U_PDU unless they say otherwise when one binds. */
const BLOCK_SIZE_BYTES = 2_048 - RCOP_HEADER_SIZE_BYTES;

/** A sizer for a link over a carrier of that kind, with the compressor that the link uses. */
export function sizerOf(peer: SizedPeer, sent: SentSoFar, over: CarrierKind = "stream"): Sizer {
  if (peer.profile === "halyard") return flowSizer(peer, sent, over);
  if (over === "stream" && peer.compression === "deflate") return streamSizer(sent.recentXml);
  const sizeOf = (octets: number) => over === "stream" ? octets : segmentedBytes(octets, BLOCK_SIZE_BYTES);
  const next = (element: Element) => Promise.resolve(sizeOf(encoder.encode(writeXml(element)).length));
  return { state: "no compression", next };
}

/** From the history that the other side has or will have (docs/link-protocol.md sections 2, 4, 11 and 12). */
function flowSizer(peer: SizedPeer, { flow, ids }: SentSoFar, over: CarrierKind): Sizer {
  const coding = codingFor(peer);
  const loaded = flow?.load();
  const sent = loaded?.record.coding === coding ? loaded.record.sent : 0;
  const texts = sent === 0 ? [] : loaded?.texts ?? [];
  const history = new History(dictionaryOf(coding), loaded?.record.base ?? 1, texts);
  const code = over === "block"
    ? blockCoder(coding, history, sent)
    : streamCoder(coding, history, sent, texts);
  const after = new Shortener(texts.map(({ text }) => text)).counted;
  const linkIds = new LinkIds({
    store: overlay(ids),
    random: NO_RANDOM,
    isOn: peer.shorten,
    stem: STEM,
    after,
  });
  return {
    state: coding === 0 ? "no compression" : sent > 0 ? "the last that was sent" : "nothing sent yet",
    next: (element) => {
      const text = encoder.encode(writeXml(linkIds.outgoing(element)));
      return Promise.resolve(framedBytes(code(text), peer.auth?.mode, over));
    },
  };
}

/** Makes the data of a frame with one stanza, behind those that it has made. */
type Code = (text: Uint8Array) => Uint8Array;

function streamCoder(coding: Coding, history: History, sent: number, texts: readonly NumberedText[]): Code {
  const compressor = coding === 2
    ? replayed(texts)
    : new FlowEncoder(coding, windowOf(coding, history, sent));
  return (text) => compressor.encode([text]);
}

/** A stream's compressor has not seen the texts that the history holds, but what became of them. */
function replayed(texts: readonly NumberedText[]): FlowEncoder {
  const compressor = new FlowEncoder(2, { octets: dictionaryOf(2), texts: [] });
  for (const { text } of texts) compressor.encode([text]);
  return compressor;
}

/** Each block goes on from the history alone. */
function blockCoder(coding: Coding, history: History, sent: number): Code {
  let number = sent;
  return (text) => {
    const data = new FlowEncoder(coding, windowOf(coding, history, number)).encode([text]);
    history.add({ number: ++number, text });
    return data;
  };
}

function windowOf(coding: Coding, history: History, sent: number): Window {
  return history.window(sent) ?? { octets: dictionaryOf(coding), texts: [] };
}

/** The ids of a link, to which may be added without changing them. */
function overlay(ids: LinkIdStore | undefined): LinkIdStore {
  const added: LinkId[] = [];
  return {
    byOriginal: (original) => added.find((id) => id.original === original) ?? ids?.byOriginal(original),
    byShort: (short) => added.find((id) => id.short === short) ?? ids?.byShort(short),
    add: (id) => void added.push(id),
    use() {},
  };
}

/** A frame with its protection; an acknowledgement may ride along. */
function framedBytes(data: Uint8Array, mode: "sign" | "seal" | undefined, over: CarrierKind): number {
  const counter = over === "block" ? 0 : undefined;
  const guardBytes = mode === undefined
    ? 0
    : overheadOf({ mode, epoch: undefined, floor: undefined, counter });
  const place = over === "block" ? { low: 0, tag16: 0 } : undefined;
  const frameBytes = guardBytes + encodeFrame({ ...NO_FRAME, place, data }).length;
  const frame = new Uint8Array(frameBytes);
  if (over === "stream") return withLength(frame).length;
  const blocks = cutFrame(frame, BLOCK_SIZE_BYTES, 0);
  return blocks.reduce((sum, { length }) => sum + RCOP_HEADER_SIZE_BYTES + length, 0);
}

/** One zlib stream. Its window is filled with what was sent last, if the connection still stands. */
function streamSizer(recentXml: string | undefined): Sizer {
  const { readable, writable } = deflater();
  const [reader, writer] = [readable.getReader(), writable.getWriter()];
  const write = async (xml: string): Promise<number> => {
    // Each write comes out as one chunk.
    const [chunk] = await Promise.all([reader.read(), writer.write(encoder.encode(xml))]);
    return chunk.value?.length ?? 0;
  };
  const filled = recentXml === undefined || recentXml === "" ? Promise.resolve(0) : write(recentXml);
  return {
    state: recentXml === undefined ? "nothing sent yet" : "the last that was sent",
    next: (element) => filled.then(() => write(writeXml(element))),
  };
}
