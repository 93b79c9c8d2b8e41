/** For tests only: runs transcripts against a `C2sStream`. */
import assert from "node:assert/strict";
import { type CloseReason, randomFraction, seededRandom, unreachable } from "../base/mod.ts";
import { Jid, type StreamError } from "../stanza/mod.ts";
import { writeXml } from "../xml/mod.ts";
import { C2sStream } from "./c2s.ts";
import type { C2sInput, C2sOptions, C2sOutput } from "./c2s_types.ts";
import { c2sOptions, END_POINT } from "./testing_fixtures.ts";

/** A line of a transcript and those that continue it. */
interface Line {
  readonly mark: string;
  readonly text: string;
}

/** What the owner of the stream does, between what the client sends. */
type Action = (stream: C2sStream) => C2sOutput[];

/** Bytes of the client up to a point where the owner acts. */
interface Act {
  /** As the transcript has them, a chunk a line. */
  readonly chunks: string[];
  action: Action | undefined;
}

/** Ways of cutting the client's bytes into chunks. */
const CUTS: Readonly<Record<string, (chunks: readonly string[]) => Uint8Array[]>> = {
  "a chunk a line": (chunks) => chunks.map((chunk) => new TextEncoder().encode(chunk)),
  "in one chunk": (chunks) => [new TextEncoder().encode(chunks.join(""))],
  "byte by byte": (chunks) => cutAt(chunks, () => 1),
  "cut at random (1)": (chunks) => cutAtRandom(chunks, 1),
  "cut at random (2)": (chunks) => cutAtRandom(chunks, 2),
  "cut at random (3)": (chunks) => cutAtRandom(chunks, 3),
};

function cutAtRandom(chunks: readonly string[], seed: number): Uint8Array[] {
  const random = seededRandom(seed);
  return cutAt(chunks, () => 1 + Math.floor(randomFraction(random) * 90));
}

function cutAt(chunks: readonly string[], nextSize: () => number): Uint8Array[] {
  const bytes = new TextEncoder().encode(chunks.join(""));
  const cut: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = nextSize();
    cut.push(bytes.subarray(at, at + size));
    at += size;
  }
  return cut;
}

/**
 * A test that plays a transcript, once for each way of cutting the client's bytes. Lines begin with
 *
 * - `C:` what the client sends
 * - `S:` what the server sends
 * - `--` what else the stream wants of its owner: `startTls` (answered with `secured`), `bind ACCOUNT
 *   RESOURCE` (answered with that resource, `made-up` without a wish, `not-allowed` for `forbidden`), `stanza
 *   XML`, `close REASON CONDITION`
 * - `=>` what the owner does: `timeout`, `end`, `close REASON`, `fail REASON CONDITION`
 * - `#` a comment
 *
 * and every other line continues the one before.
 */
export function transcript(name: string, text: string, options: () => C2sOptions = c2sOptions): void {
  Deno.test(name, () => {
    const lines = readLines(text);
    const acts = actsOf(lines);
    const expected = joinSends(lines.filter(({ mark }) => mark === "S:" || mark === "--"));
    for (const [how, cut] of Object.entries(CUTS)) {
      const actual = joinSends(play(new C2sStream(options()), acts, cut));
      assert.equal(actual, expected, `${name}, ${how}:\n${actual}\ninstead of\n${expected}`);
    }
  });
}

function readLines(text: string): Line[] {
  const lines: Line[] = [];
  for (const line of text.split("\n").map((raw) => raw.trim()).filter((raw) => raw !== "")) {
    const [, mark, rest = ""] = /^(C:|S:|--|=>|#) ?(.*)$/.exec(line) ?? [];
    const last = lines.at(-1);
    if (mark !== undefined) lines.push({ mark, text: rest });
    else if (last !== undefined) lines.splice(-1, 1, { ...last, text: continued(last.text, line) });
  }
  return lines;
}

function continued(text: string, more: string): string {
  return text.endsWith(">") ? text + more : `${text} ${more}`;
}

function actsOf(lines: readonly Line[]): Act[] {
  const acts: Act[] = [{ chunks: [], action: undefined }];
  for (const { mark, text } of lines) {
    const act = acts.at(-1);
    assert(act !== undefined);
    if (mark === "C:") act.chunks.push(text);
    const action = actionOf(mark, text);
    if (action === undefined) continue;
    act.action = action;
    acts.push({ chunks: [], action: undefined });
  }
  return acts;
}

function actionOf(mark: string, text: string): Action | undefined {
  const [verb, reason = "", condition = ""] = text.split(" ");
  if (mark === "--" && verb === "startTls") {
    return (stream) => stream.step({ kind: "secured", serverEndPoint: END_POINT });
  }
  if (mark !== "=>") return undefined;
  switch (verb) {
    case "timeout":
    case "end":
      return (stream) => stream.step({ kind: verb });
    case "close":
      return (stream) => stream.closeWith(undefined, reason as CloseReason);
    case "fail":
      return (stream) =>
        stream.closeWith({ condition: condition as StreamError["condition"] }, reason as CloseReason);
    default:
      throw new Error(`Cannot play "${text}"`);
  }
}

function play(
  stream: C2sStream,
  acts: readonly Act[],
  cut: (chunks: readonly string[]) => Uint8Array[],
): Line[] {
  const seen: Line[] = [];
  const take = (outputs: readonly C2sOutput[]): void => {
    for (const output of outputs) {
      seen.push(lineOf(output));
      if (output.kind === "bind") take(stream.step(answerOf(output.account, output.resource)));
    }
  };
  for (const { chunks, action } of acts) {
    for (const bytes of cut(chunks)) take(stream.step({ kind: "bytes", bytes }));
    if (action !== undefined) take(action(stream));
  }
  return seen;
}

function answerOf(account: Jid, resource = "made-up"): C2sInput {
  if (resource === "forbidden") return { kind: "bindFailed", error: { condition: "not-allowed" } };
  return { kind: "bound", jid: Jid.of(`${account}/${resource}`) };
}

function lineOf(output: C2sOutput): Line {
  switch (output.kind) {
    case "send":
      return { mark: "S:", text: output.text };
    case "startTls":
      return { mark: "--", text: "startTls" };
    case "bind":
      return { mark: "--", text: `bind ${output.account} ${output.resource ?? ""}`.trim() };
    case "stanza":
      return { mark: "--", text: `stanza ${writeXml(output.element)}` };
    case "close":
      return { mark: "--", text: `close ${output.reason} ${output.error?.condition ?? ""}`.trim() };
    default:
      return unreachable(output);
  }
}

/** One line a send, however many there were in a row. */
function joinSends(lines: readonly Line[]): string {
  let text = "";
  let before = "";
  for (const { mark, text: line } of lines) {
    text += mark === "S:" && before === "S:" ? line : `\n${mark} ${line}`;
    before = mark;
  }
  return text;
}
