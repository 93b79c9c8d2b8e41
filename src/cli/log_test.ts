import assert from "node:assert/strict";
import { type LogFormat, programLog } from "./log.ts";

function lineOf(format: LogFormat, fields: Record<string, string | number>): string {
  const lines: string[] = [];
  programLog("info", format, (line) => lines.push(line)).warn("something happened", fields);
  assert.equal(lines.length, 1);
  return lines[0] ?? "";
}

Deno.test("text says time, level, event and fields on one line", () => {
  const line = lineOf("text", { jid: "romeo@ship.example/deck", left: 3, why: 'a "quoted"\nline' });
  assert.match(line, /^\d{4}-\d\d-\d\dT[\d:.]+Z WARN something happened /);
  assert.ok(line.endsWith('jid=romeo@ship.example/deck left=3 why="a \\"quoted\\"\\nline"\n'), line);
});

const NASTY = "\u001b[31m\u007f\u009b31m\u2028x\u2029";
for (const format of ["text", "json"] as const) {
  Deno.test(`${format}: what a terminal may obey, or take for a line's end, is escaped`, () => {
    const line = lineOf(format, { text: NASTY });
    assert.match(line, /\\u001b\[31m\\u007f\\u009b31m\\u2028x\\u2029/);
    const raw = [...line.trimEnd()].filter((character) => /[\p{Cc}\u2028\u2029]/u.test(character));
    assert.deepEqual(raw, []);
  });

  Deno.test(`${format}: a long field is cut`, () => {
    assert.match(lineOf(format, { text: "x".repeat(15_000) }), /[^x]x{200}…[^x]/);
    assert.match(lineOf(format, { text: "x".repeat(200) }), /[^x]x{200}[^x…]/);
  });
}

Deno.test("json: what was escaped is read back as it was", () => {
  const { text, level, msg } = JSON.parse(lineOf("json", { text: NASTY }));
  assert.deepEqual({ text, level, msg }, { text: NASTY, level: 40, msg: "something happened" });
});

Deno.test("a log that cannot be written throws into nobody's work", () => {
  const log = programLog("info", "text", () => {
    throw new Error("Broken pipe");
  });
  log.error("something happened");
});
