import assert from "node:assert/strict";
import { PRESET_NAMES } from "../../src/config/mod.ts";
import { type Stanza, withElement } from "../../src/stanza/mod.ts";
import { copy, elementSizeBytes, readXml, writeXml } from "../../src/xml/mod.ts";
import { fateOf, type Preset } from "./fates.ts";
import { readRecording, RECORDED, stanzaFrom } from "./read.ts";

const ENCRYPTED = readXml(
  "<encrypted xmlns='eu.siacs.conversations.axolotl'><header sid='1'><iv>AA==</iv></header></encrypted>",
);

/** Every stanza that a real client sent, under every preset. */
function each(check: (stanza: Stanza, preset: Preset) => void): void {
  for (const name of RECORDED) {
    for (const [index, one] of readRecording(name).entries()) {
      for (const preset of PRESET_NAMES) {
        try {
          check(stanzaFrom(one), preset);
        } catch (error) {
          throw new Error(`${name}, stanza ${index + 1}, ${preset}: ${(error as Error).message}`, {
            cause: error,
          });
        }
      }
    }
  }
}

Deno.test("no stanza of a real client grows, all stay well-formed, and who comes by again is left alone", () => {
  each((stanza, preset) => {
    const { crosses } = fateOf(stanza, preset);
    if (crosses === undefined) return;
    assert.ok(elementSizeBytes(crosses.element) <= elementSizeBytes(stanza.element));
    const xml = writeXml(crosses.element);
    assert.equal(writeXml(readXml(xml)), xml);
    const again = fateOf(crosses, preset);
    assert.deepEqual(again.reasons.filter((why) => !why.includes("allowed")), []);
    assert.equal(again.crosses && writeXml(again.crosses.element), xml);
  });
});

Deno.test("of real clients' presence nothing but the word that somebody is there is ever kept back", () => {
  each((stanza, preset) => {
    if (stanza.kind !== "presence") return;
    const { crosses, answers } = fateOf(stanza, preset);
    assert.equal(crosses?.type, stanza.type);
    assert.deepEqual(answers, []);
  });
});

Deno.test("a request of a real client crosses whole or is answered, and answers cross whole", () => {
  each((stanza, preset) => {
    if (stanza.kind !== "iq") return;
    const { crosses, answers } = fateOf(stanza, preset);
    const isRequest = stanza.type === "get" || stanza.type === "set";
    if (crosses !== undefined || !isRequest) {
      assert.equal(crosses && writeXml(crosses.element), writeXml(stanza.element));
      assert.deepEqual(answers, []);
      return;
    }
    assert.deepEqual(
      answers.map(({ kind, type, id, from, to }) => [kind, type, id, from.toString(), to.toString()]),
      [["iq", "error", stanza.id, stanza.to.toString(), stanza.from.toString()]],
    );
  });
});

Deno.test("what real clients write to one another crosses under every preset, and nobody is told of a lost typing notice", () => {
  each((stanza, preset) => {
    if (stanza.kind !== "message") return;
    const { crosses, answers } = fateOf(stanza, preset);
    assert.deepEqual(answers, []);
    for (const name of ["body", "subject"]) {
      assert.equal(crosses?.element.getChildText(name) ?? null, stanza.element.getChildText(name) ?? null);
    }
    for (
      const [name, xmlns] of [["received", "urn:xmpp:receipts"], [
        "replace",
        "urn:xmpp:message-correct:0",
      ]] as const
    ) {
      const [before, after] = [stanza.element.getChild(name, xmlns), crosses?.element.getChild(name, xmlns)];
      assert.equal(after && writeXml(after), before && writeXml(before));
    }
  });
});

Deno.test("a payload that only the other client can read stays whole in whatever message of a real client", () => {
  each((stanza, preset) => {
    if (stanza.kind !== "message" || stanza.type === "error") return;
    const children = [...stanza.element.children, ENCRYPTED];
    const { crosses } = fateOf(withElement(stanza, copy(stanza.element, { children })), preset);
    const payload = crosses?.element.getChild("encrypted", "eu.siacs.conversations.axolotl");
    assert.equal(payload && writeXml(payload), writeXml(ENCRYPTED));
  });
});
