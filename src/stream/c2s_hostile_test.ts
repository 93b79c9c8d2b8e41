import assert from "node:assert/strict";
import fc from "fast-check";
import { Jid } from "../stanza/mod.ts";
import { writeXml } from "../xml/mod.ts";
import { C2sStream } from "./c2s.ts";
import type { C2sOutput } from "./c2s_types.ts";
import { c2sOptions, CLIENT_HEADER, PLAIN } from "./testing_fixtures.ts";

/** All that a client sends from its header to its closing tag. */
const SESSION = new TextEncoder().encode(
  CLIENT_HEADER + PLAIN + CLIENT_HEADER +
    "<iq type='set' id='b1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>" +
    "<presence/><message to='romeo@shore.example'><body>Süß</body></message></stream:stream>",
);

/** Changes to it: where, how many octets are taken out, and what is put there. */
const changes = fc.array(
  fc.record({
    at: fc.nat(SESSION.length),
    removed: fc.nat(3),
    added: fc.oneof(
      fc.uint8Array({ maxLength: 3 }),
      fc.constantFrom("<", ">", "</", "/>", "<!--", "<?x?>", "&x;", "'", "<a>", "</a>", "xmlns=''", "=", "x:")
        .map((text) => new TextEncoder().encode(text)),
    ),
  }),
  { minLength: 1, maxLength: 3 },
);

function spoil(spots: readonly { at: number; removed: number; added: Uint8Array }[]): Uint8Array {
  let bytes = [...SESSION];
  for (const { at, removed, added } of spots) {
    bytes = [...bytes.slice(0, at), ...added, ...bytes.slice(at + removed)];
  }
  return Uint8Array.from(bytes);
}

/** All outputs in a row, each as text; sends that follow each other count as one. */
function play(bytes: Uint8Array, chunkSizeBytes: number): string[] {
  const stream = new C2sStream(c2sOptions());
  const seen: string[] = [];
  let isSending = false;
  const take = (outputs: readonly C2sOutput[]): void => {
    for (const output of outputs) {
      if (output.kind === "send" && isSending) seen.push((seen.pop() ?? "") + output.text);
      else seen.push(output.kind === "send" ? `send ${output.text}` : show(output));
      isSending = output.kind === "send";
      if (output.kind === "bind") take(stream.step({ kind: "bound", jid: Jid.of(`${output.account}/x`) }));
    }
  };
  for (let at = 0; at < bytes.length; at += chunkSizeBytes) {
    take(stream.step({ kind: "bytes", bytes: bytes.subarray(at, at + chunkSizeBytes) }));
  }
  take(stream.step({ kind: "end" }));
  return seen;
}

function show(output: C2sOutput): string {
  if (output.kind === "stanza") return `stanza ${writeXml(output.element)}`;
  return output.kind === "close" ? `close ${output.reason} ${output.error?.condition}` : output.kind;
}

Deno.test("whatever a client sends, the stream ends once, in order, and the same however the bytes are cut", () => {
  fc.assert(
    fc.property(changes, fc.integer({ min: 1, max: 60 }), (spots, chunkSizeBytes) => {
      const bytes = spoil(spots);
      const outputs = play(bytes, chunkSizeBytes);
      assert.equal(outputs.findIndex((line) => line.startsWith("close ")), outputs.length - 1);
      assert.match(outputs.at(-2) ?? "", /<\/stream:stream>$/);
      assert.deepEqual(play(bytes, bytes.length), outputs);
    }),
    { numRuns: 200 },
  );
});

Deno.test("what is spoilt above goes through when it is not", () => {
  const kinds = play(SESSION, SESSION.length).map((line) => line.replace(/ .*/, ""));
  assert.deepEqual(kinds, ["send", "bind", "send", "stanza", "stanza", "send", "close"]);
});
