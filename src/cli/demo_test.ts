import assert from "node:assert/strict";
import { halyard } from "../../tests/support/process.ts";
import { parseConfig } from "../config/mod.ts";
import { demoConfig, SHIP, SHORE } from "./demo_sides.ts";
import { demoLines } from "./demo_view.ts";
import { hfWay, tcpWay } from "./demo_way.ts";

Deno.test("the configurations of the demo are good ones, over either carrier", async () => {
  const hf = await hfWay({ rateBps: 9_600, interleaver: "medium", turnaroundMs: 500 });
  for (const way of [tcpWay(2_400, 500), hf]) {
    for (const [side, other] of [[SHIP, SHORE], [SHORE, SHIP]] as const) {
      const parsed = parseConfig(demoConfig(side, other, way.carrier(side, other)), "demo");
      assert("config" in parsed, JSON.stringify(parsed));
      assert.equal(parsed.config.peers.get(other.peer)?.profile, "halyard");
    }
  }
  await hf.stop();
});

Deno.test("the view over HF shows air time, turnarounds, utilisation and what each node has sent", async () => {
  const way = await hfWay({ rateBps: 1_200, interleaver: "short", turnaroundMs: 2_000 });
  const lines = demoLines([], way).join("\n");
  await way.stop();
  assert.match(lines, /simulated HF channel of 1200 bit\/s, interleaver short, turnaround 2000 ms/);
  assert.match(lines, /on the air \S+( \S+)?, 0\.0 %, 0 turnarounds, 0 of 0 blocks lost/);
  assert.match(lines, /node 1\.2\.3\.5 \(shore\): 0 B in 0 transmissions/);
});

const WRONG: readonly (readonly [words: readonly string[], message: RegExp])[] = [
  [["--carrier", "stanag5066", "--rate", "1000"], /Cannot use 1000 bit\/s: the rates are 75,/],
  [["--carrier", "stanag5066", "--interleaver", "medium"], /Cannot use interleaver medium at 1200 bit\/s/],
  [["--carrier", "stanag5066", "--delay", "5"], /Cannot use --delay: it is for --carrier tcp/],
  [["--turnaround", "5"], /Cannot use --turnaround: it is for --carrier stanag5066/],
  [["--interleaver", "long"], /Cannot use --interleaver: it is for --carrier stanag5066/],
];

for (const [words, message] of WRONG) {
  Deno.test(`demo ${words.join(" ")} is a mistake of usage`, async () => {
    const ended = await halyard(["demo", ...words]);
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, message);
  });
}
