import assert from "node:assert/strict";
import { type RandomSource, seededRandom } from "../../src/base/mod.ts";
import { dictionaryOf, FlowDecoder, FlowEncoder } from "../../src/link/flow/coder.ts";
import type { Coding } from "../../src/link/flow/frame.ts";
import { LinkIds } from "../../src/link/ids/mod.ts";
import { MemoryLinkIds } from "../../src/link/testing/memory_link_ids.ts";
import { readXml, writeXml } from "../../src/xml/mod.ts";
import { readRecording, RECORDED, type Recorded } from "../recordings/read.ts";

const MOST_BYTES = 65_536;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

type Name = Recorded["from"];

/** A side of a link, and by which id its clients know what was recorded under another. */
class Side {
  readonly ids: LinkIds;
  readonly encoder: FlowEncoder;
  readonly decoder: FlowDecoder;
  readonly seen = new Map<string, string>();

  constructor(stem: string, coding: Coding, random: RandomSource) {
    this.ids = new LinkIds({ store: new MemoryLinkIds(), random, stem, isOn: coding === 2 });
    const window = { octets: dictionaryOf(coding), texts: [] };
    this.encoder = new FlowEncoder(coding, window);
    this.decoder = new FlowDecoder(coding, window);
  }

  /** What was recorded, as clients of this side would say it. */
  own(xml: string): string {
    return [...this.seen].reduce((text, [recorded, id]) => text.replaceAll(`'${recorded}'`, `'${id}'`), xml);
  }
}

/** Lets the clients say again what they said, over a link in that coding. @returns octets each way */
function play(lines: readonly Recorded[], coding: Coding): Record<Name, number> {
  const random = seededRandom(7);
  const sides = { ship: new Side("shp", coding, random), shore: new Side("shr", coding, random) };
  const sizes = { ship: 0, shore: 0 };
  for (const { from: name, xml } of lines) {
    const [here, there] = name === "ship" ? [sides.ship, sides.shore] : [sides.shore, sides.ship];
    const left = writeXml(here.ids.outgoing(readXml(here.own(xml))));
    // Whatever stands beside it in what clients of today send, a random id never crosses at full length.
    if (coding === 2) assert.doesNotMatch(left, / id='[^']{20,}'/);
    const text = encoder.encode(left);
    const data = here.encoder.encode([text]);
    sizes[name] += data.length;
    const crossed = there.decoder.decode(data, MOST_BYTES);
    assert.deepEqual(crossed, text);
    const came = there.ids.incoming(readXml(decoder.decode(crossed)));
    const recorded = readXml(xml).attrs.id ?? "";
    const isNew = !here.seen.has(recorded) && !there.seen.has(recorded) && recorded !== "";
    if (isNew && came.attrs.id !== recorded) there.seen.set(recorded, came.attrs.id ?? "");
    // Whatever else it names, its clients know by that name.
    assert.equal(writeXml(came), there.own(xml));
  }
  return sizes;
}

/** Percent of what crosses with dictionary and window alone that are left when ids and templates are shortened too. */
const MOST_LEFT_PERCENT: Readonly<Record<typeof RECORDED[number], number>> = {
  profanity: 40,
  slixmpp: 45,
  poezio: 52,
  gajim: 56,
};

for (const client of RECORDED) {
  const most = MOST_LEFT_PERCENT[client];
  Deno.test(`what ${client} says is the same on both sides, by whatever ids, and costs at most ${most} %`, () => {
    const lines = readRecording(client);
    const [before, after] = [play(lines, 1), play(lines, 2)];
    const left = 100 * (after.ship + after.shore) / (before.ship + before.shore);
    assert.ok(left <= most, JSON.stringify({ left, before, after }));
  });
}
