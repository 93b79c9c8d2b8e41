import assert from "node:assert/strict";
import { writeXml } from "../xml/mod.ts";
import { endedByRestart } from "./ended.ts";

const addressed = (name: string, inside: string, attrs = "") =>
  `<${name}${attrs} from='romeo@ship.example/${inside}' to='juliet@shore.example'/>`;

Deno.test("of what is on its way when the server stops, presence of sessions that ended is taken back", () => {
  const texts = [
    addressed("presence", "deck"),
    addressed("presence", "deck"),
    addressed("presence", "phone"),
    addressed("presence", "phone", " type='unavailable'"),
    addressed("presence", "mast", " type='probe'"),
    addressed("message", "deck"),
    "<presence from='romeo@ship.example/deck' to='shore.example'><all xmlns='urn:halyard:0' d='x'/></presence>",
  ].map((text) => new TextEncoder().encode(text));
  const rosters = { subscribersIn: () => ["juliet@shore.example", "nurse@shore.example"] };
  assert.deepEqual(endedByRestart(texts, 0, rosters).map(({ element }) => writeXml(element)), [
    "<presence type='unavailable' from='romeo@ship.example/deck' to='juliet@shore.example'/>",
    "<presence type='unavailable' from='romeo@ship.example/deck' to='nurse@shore.example'/>",
  ]);
});
