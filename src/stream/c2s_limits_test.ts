import assert from "node:assert/strict";
import { Jid } from "../stanza/mod.ts";
import { C2sStream } from "./c2s.ts";
import { type C2sOutput, DEFAULT_C2S_LIMITS } from "./c2s_types.ts";
import { c2sOptions, CLIENT_HEADER, PLAIN } from "./testing_fixtures.ts";

const BIND = "<iq type='set' id='b1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>";
const { unauthenticated, authenticated, unauthenticatedSizeBytes } = DEFAULT_C2S_LIMITS;

/** Feeds text in chunks of a size, as long as the stream takes it. */
function feed(stream: C2sStream, text: string, chunkSizeBytes: number): C2sOutput[] {
  const bytes = new TextEncoder().encode(text);
  const outputs: C2sOutput[] = [];
  for (let at = 0; at < bytes.length && stream.phase !== "closed"; at += chunkSizeBytes) {
    outputs.push(...stream.step({ kind: "bytes", bytes: bytes.subarray(at, at + chunkSizeBytes) }));
  }
  return outputs;
}

/** The end of a stream: its reason and its error. */
function endOf(outputs: readonly C2sOutput[]): string | undefined {
  const last = outputs.at(-1);
  return last?.kind === "close" ? `${last.reason} ${last.error?.condition}: ${last.error?.text}` : undefined;
}

const TOO_MUCH =
  `limit policy-violation: Cannot accept more than ${unauthenticatedSizeBytes} octets before login`;

for (const chunkSizeBytes of [1, 100, 1_000_000]) {
  Deno.test(`before login the bytes in all are bounded, in chunks of ${chunkSizeBytes}`, () => {
    const padding = (used: number) => " ".repeat(unauthenticatedSizeBytes - used);
    const fits = CLIENT_HEADER + padding(CLIENT_HEADER.length);
    const stream = new C2sStream(c2sOptions());
    assert.equal(endOf(feed(stream, fits, chunkSizeBytes)), undefined);
    assert.equal(stream.phase, "negotiating");
    assert.equal(endOf(feed(stream, " ", 1)), TOO_MUCH);

    const login = CLIENT_HEADER + padding(CLIENT_HEADER.length + PLAIN.length) + PLAIN;
    const other = new C2sStream(c2sOptions());
    feed(other, login, chunkSizeBytes);
    assert.equal(other.account?.toString(), "juliet@ship.example");
    assert.equal(
      endOf(feed(other, fits, chunkSizeBytes)),
      undefined,
      "lifted by the login",
    );
  });

  Deno.test(`before login the bytes of all streams count together, in chunks of ${chunkSizeBytes}`, () => {
    const stream = new C2sStream(c2sOptions({ security: "plain-with-starttls" }));
    const half = CLIENT_HEADER + " ".repeat(unauthenticatedSizeBytes / 2);
    feed(stream, half + "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", chunkSizeBytes);
    stream.step({ kind: "secured", serverEndPoint: undefined });
    assert.equal(endOf(feed(stream, half, chunkSizeBytes)), TOO_MUCH);
  });

  Deno.test(`before login a stanza may be small only, after it large, in chunks of ${chunkSizeBytes}`, () => {
    const large = `<message><body>${"x".repeat(unauthenticated.stanzaSizeBytes)}</body></message>`;
    const early = new C2sStream(c2sOptions());
    assert.match(
      endOf(feed(early, CLIENT_HEADER + large, chunkSizeBytes)) ?? "",
      /^limit policy-violation: /,
    );

    const stream = new C2sStream(c2sOptions());
    const outputs = feed(stream, CLIENT_HEADER + PLAIN + CLIENT_HEADER, chunkSizeBytes);
    assert.equal(endOf(outputs), undefined);
    feed(stream, BIND, BIND.length);
    assert.equal(stream.phase, "binding");
  });
}

Deno.test("a stanza that is too large ends a bound stream", () => {
  const stream = new C2sStream(c2sOptions());
  feed(stream, CLIENT_HEADER + PLAIN + CLIENT_HEADER + BIND, 1_000);
  stream.step({ kind: "bound", jid: Jid.of("juliet@ship.example/x") });
  const frame = "<message><body></body></message>".length;
  const message = (sizeBytes: number) => `<message><body>${"x".repeat(sizeBytes - frame)}</body></message>`;
  assert.equal(feed(stream, message(authenticated.stanzaSizeBytes), 4_096).at(-1)?.kind, "stanza");
  const end = endOf(feed(stream, message(authenticated.stanzaSizeBytes + 1), 4_096));
  assert.match(end ?? "", /^limit policy-violation: /);
});
