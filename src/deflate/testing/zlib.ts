import zlib from "node:zlib";

/** What RFC 7692 leaves out at the end of a block, section 7.2.1. */
export const TAIL: Uint8Array = Uint8Array.of(0x00, 0x00, 0xff, 0xff);
const END = Uint8Array.of(0x03, 0x00);

/** Octets of ASCII text. */
export function octets(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** All of them, one after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** The same octets in every run. */
export function randomOctets(size: number, seed = 1, symbols = 256): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: size }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 16) % symbols;
  });
}

/** What zlib makes of blocks in one stream, each ended by a flush whose tail is left out. */
export async function zlibBlocks(
  blocks: readonly Uint8Array[],
  options: zlib.ZlibOptions = {},
  flush: number = zlib.constants.Z_SYNC_FLUSH,
): Promise<Uint8Array[]> {
  const stream = zlib.createDeflateRaw(options);
  let chunks: Uint8Array[] = [];
  stream.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  const made: Uint8Array[] = [];
  for (const block of blocks) {
    if (block.length > 0) stream.write(block);
    await new Promise<void>((done) => stream.flush(flush, done));
    made.push(joined(chunks).slice(0, -TAIL.length));
    chunks = [];
  }
  stream.destroy();
  return made;
}

/** What zlib inflates from blocks whose tails are put back; the history comes first, as stored blocks. */
export function zlibInflated(
  blocks: readonly Uint8Array[],
  history: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const stored = [0, 16_384].map((start) => history.subarray(-32_768).subarray(start, start + 16_384))
    .flatMap((
      part,
    ) => [Uint8Array.of(0, part.length, part.length >> 8, ~part.length, ~part.length >> 8), part]);
  const known = Math.min(history.length, 32_768);
  const all = joined([...stored, ...blocks.flatMap((block) => [block, TAIL]), END]);
  return new Uint8Array(zlib.inflateRawSync(all)).slice(known);
}

/** What the inflater of the web platform makes of the same. */
export async function webInflated(blocks: readonly Uint8Array[]): Promise<Uint8Array> {
  const all = joined([...blocks.flatMap((block) => [block, TAIL]), END]);
  const stream = new Blob([all]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
