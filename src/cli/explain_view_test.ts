import assert from "node:assert/strict";
import { Jid, stanzaOf } from "../stanza/mod.ts";
import { xml } from "../xml/mod.ts";
import { explainedLines } from "./explain_view.ts";

Deno.test("a rule is called by its name, whatever stands in it", () => {
  const [from, to] = [Jid.of("romeo@ship.example"), Jid.of("juliet@shore.example")];
  const stanza = stanzaOf(xml("presence", {}), from, to, { kind: "local", name: "" }, 0);
  const explained = {
    result: undefined,
    verdicts: [{ rule: "OFFLINE-drop", action: "drop", why: "drop", savedBytes: 0 }],
    sizeBytes: 11,
    leftBytes: 0,
    linkBytes: undefined,
    answer: undefined,
    precedence: "routine",
    level: "routine",
    expireMs: undefined,
    holdMs: undefined,
  } as const;
  assert.deepEqual(explainedLines(3, stanza, "out", explained, undefined), [
    "line 3: presence from romeo@ship.example to juliet@shore.example",
    "  OFFLINE-drop: drop",
    "  does not cross; 11 B as it came, nothing on the link",
  ]);
});
