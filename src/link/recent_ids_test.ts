import assert from "node:assert/strict";
import { MOST_REMEMBERED, RecentIds, REMEMBERED_MS } from "./recent_ids.ts";
import { MemoryRecent } from "./testing/memory_recent.ts";
import { stanza } from "./testing/stanzas.ts";

const message = (id: string, body = "hi") => stanza(`<message id='${id}'><body>${body}</body></message>`);

Deno.test("the same stanza with the same id is a repetition, also when it says that it has waited", () => {
  const recent = new RecentIds(new MemoryRecent());
  assert.equal(recent.repeats(message("1"), 0), false);
  assert.equal(recent.repeats(message("1"), 1_000), true);
  const late = stanza(
    "<message id='1'><body>hi</body><delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00Z'/></message>",
  );
  assert.equal(recent.repeats(late, 2_000), true);
});

const NO_REPETITION: readonly (readonly [what: string, first: string, second: string])[] = [
  ["another id", "<message id='1'><body>a</body></message>", "<message id='2'><body>a</body></message>"],
  ["another text", "<message id='1'><body>a</body></message>", "<message id='1'><body>b</body></message>"],
  ["another sender", "<message id='1' from='a@b'/>", "<message id='1' from='c@b'/>"],
  ["no id", "<message><body>yes</body></message>", "<message><body>yes</body></message>"],
  ["an answer", "<iq type='get' id='1'/>", "<iq type='result' id='1'/>"],
];

for (const [what, first, second] of NO_REPETITION) {
  Deno.test(`${what} is no repetition`, () => {
    const recent = new RecentIds(new MemoryRecent());
    assert.equal(recent.repeats(stanza(first), 0), false);
    assert.equal(recent.repeats(stanza(second), 0), false);
  });
}

Deno.test("a stanza is remembered for a day", () => {
  const recent = new RecentIds(new MemoryRecent());
  recent.repeats(message("1"), 0);
  assert.equal(recent.repeats(message("1"), REMEMBERED_MS - 1), true);
  assert.equal(recent.repeats(message("1"), REMEMBERED_MS), false);
});

Deno.test("so many are remembered, and no more", () => {
  const recent = new RecentIds(new MemoryRecent());
  for (let n = 0; n <= MOST_REMEMBERED; n++) recent.repeats(message(`${n}`), 0);
  assert.equal(recent.repeats(message(`${MOST_REMEMBERED}`), 0), true);
  assert.equal(recent.repeats(message("2"), 0), true);
  assert.equal(recent.repeats(message("0"), 0), false, "the oldest went");
});

Deno.test("what came before a restart is remembered, and no more of it than else", () => {
  const store = new MemoryRecent();
  const before = new RecentIds(store);
  for (let n = 0; n <= MOST_REMEMBERED; n++) before.repeats(message(`${n}`), 0);
  assert.equal(store.list().length, MOST_REMEMBERED);
  assert.equal(new RecentIds(store).repeats(message("0"), 1), false);
  assert.equal(new RecentIds(store).repeats(message(`${MOST_REMEMBERED}`), 1), true);
  assert.equal(new RecentIds(store).repeats(message(`${MOST_REMEMBERED}`), REMEMBERED_MS), false);
});
