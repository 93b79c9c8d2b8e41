import assert from "node:assert/strict";
import { RecentText } from "./recent_text.ts";

Deno.test("of what was sent as much is kept as a compressor can refer to, and no whole part more", () => {
  const recent = new RecentText();
  assert.equal(recent.text, "");
  const parts = Array.from({ length: 100 }, (_, n) => String.fromCharCode(0x30 + n).repeat(1_000));
  for (const part of parts) recent.add(part);
  assert.equal(recent.text, parts.slice(-33).join(""));
  recent.add("x".repeat(50_000));
  assert.equal(recent.text, "x".repeat(50_000));
  recent.add("y");
  assert.equal(recent.text.length, 50_001);
});
