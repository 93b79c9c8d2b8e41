import assert from "node:assert/strict";
import { concat } from "../../base/mod.ts";
import { FRAME_SIZE_BYTES, FrameReader, withLength } from "./frame.ts";
import { DamageError } from "./octets.ts";

function frame(sizeBytes: number): Uint8Array {
  return Uint8Array.from({ length: sizeBytes }, (_, at) => at % 253);
}

Deno.test("a frame of 131,072 octets that comes octet by octet is read in time that grows with it", () => {
  const octets = withLength(frame(131_072));
  const reader = new FrameReader();
  let frames: Uint8Array[] = [];
  const fromMs = performance.now();
  for (let at = 0; at < octets.length; at++) {
    frames = [...frames, ...reader.push(octets.subarray(at, at + 1))];
  }
  const tookMs = performance.now() - fromMs;
  assert.deepEqual(frames, [frame(131_072)]);
  assert.ok(tookMs < 1_500, `${tookMs} ms`);
});

Deno.test("many small frames in one piece are read in time that grows with them", () => {
  const one = withLength(frame(3));
  const all = new Uint8Array(one.length * 50_000);
  for (let n = 0; n < 50_000; n++) all.set(one, n * one.length);
  const fromMs = performance.now();
  assert.equal(new FrameReader().push(all).length, 50_000);
  const tookMs = performance.now() - fromMs;
  assert.ok(tookMs < 1_500, `${tookMs} ms`);
});

Deno.test("frames of every size around the ends of the buffer come whole", () => {
  const reader = new FrameReader();
  const sizes = [
    1,
    127,
    128,
    2_045,
    2_046,
    2_047,
    2_048,
    2_049,
    4_096,
    16_383,
    16_384,
    100_000,
    FRAME_SIZE_BYTES,
    1,
  ];
  for (const size of sizes) {
    const octets = withLength(frame(size));
    const half = Math.ceil(octets.length / 2);
    assert.deepEqual(reader.push(octets.subarray(0, half)).length, octets.length === half ? 1 : 0);
    if (octets.length > half) {
      assert.deepEqual(reader.push(octets.subarray(half)), [frame(size)], `${size} octets`);
    }
  }
});

Deno.test("a frame is a copy: what comes behind it does not change it", () => {
  const reader = new FrameReader();
  const [first] = reader.push(concat([withLength(frame(100)), Uint8Array.of(100)]));
  const before = first?.slice();
  reader.push(new Uint8Array(100).fill(255));
  assert.deepEqual(first, before);
});

Deno.test("a length is checked before anything is held for it", () => {
  for (const octets of [[0x80, 0x80, 0x7f], [0xff, 0xff, 0xff, 0x01], [0]]) {
    assert.throws(() => new FrameReader().push(Uint8Array.from(octets)), DamageError);
  }
});
