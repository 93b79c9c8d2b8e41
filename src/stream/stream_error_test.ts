import assert from "node:assert/strict";
import { NS, type StreamError } from "../stanza/mod.ts";
import { xml } from "../xml/mod.ts";
import { isStreamError, readStreamError, streamErrorText } from "./stream_error.ts";

Deno.test("streamErrorText() gives the error as in RFC 6120 section 4.9.2, and the end of the stream", () => {
  assert.equal(
    streamErrorText({ condition: "policy-violation", text: "1 < 2" }),
    "<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>" +
      "<text xmlns='urn:ietf:params:xml:ns:xmpp-streams' xml:lang='en'>1 &lt; 2</text></stream:error></stream:stream>",
  );
  assert.equal(
    streamErrorText({ condition: "conflict" }),
    "<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>",
  );
});

const condition = (name: string) => xml(name, { xmlns: NS.STREAM_ERRORS });
const text = xml("text", { xmlns: NS.STREAM_ERRORS }, "why");

const READ: readonly (readonly [what: string, children: ReturnType<typeof xml>[], error: StreamError])[] = [
  ["a condition", [condition("conflict")], { condition: "conflict" }],
  ["a condition with text before it", [text, condition("reset")], { condition: "reset", text: "why" }],
  ["an unknown condition", [condition("out-of-tea"), text], {
    condition: "undefined-condition",
    text: "why",
  }],
  ["a name that every object has", [condition("constructor")], { condition: "undefined-condition" }],
  ["a condition of another namespace", [xml("conflict", { xmlns: "urn:other" })], {
    condition: "undefined-condition",
  }],
  ["nothing", [], { condition: "undefined-condition" }],
];

for (const [what, children, error] of READ) {
  Deno.test(`readStreamError() reads ${what}`, () => {
    const element = xml("error", { xmlns: NS.STREAM }, ...children);
    assert.equal(isStreamError(element), true);
    assert.deepEqual(readStreamError(element), error);
  });
}

Deno.test("an error in the content namespace is no stream error", () => {
  assert.equal(isStreamError(xml("error")), false);
});
