import assert from "node:assert/strict";
import { Jid } from "../stanza/mod.ts";
import { type Element, elementSizeBytes, xml } from "../xml/mod.ts";
import { Contact } from "./contact.ts";
import { PresenceCache } from "./presence_cache.ts";

const JULIET = Jid.of("juliet@shore.example");
const NOW = { wallMs: 0, monotonicMs: 0 };
const NO_STORE = { put() {}, remove() {} };
const GONE = xml("presence", { type: "unavailable" });

function presence(show: string): Element {
  return xml("presence", { id: show }, xml("show", {}, show));
}

/** What is known, as "show" or the type, in order. */
function known(contact: Contact): string[] {
  return contact.facts.map(({ presence }) => presence.attrs.type ?? presence.getChildText("show") ?? "");
}

Deno.test("a contact knows the latest of each resource, the latest confirmed last", () => {
  const contact = new Contact(JULIET, 10);
  assert.equal(contact.learn("a", presence("away"), NOW), true);
  assert.equal(contact.learn("b", presence("chat"), NOW), true);
  assert.equal(contact.learn("a", presence("dnd"), NOW), true, "something new");
  assert.equal(contact.learn("a", xml("presence", { id: "other" }, xml("show", {}, "dnd")), NOW), false);
  assert.deepEqual(known(contact), ["chat", "dnd"]);
});

Deno.test("a contact keeps no more resources than it may; the oldest go", () => {
  const contact = new Contact(JULIET, 2);
  for (const name of ["a", "b", "c"]) contact.learn(name, presence(name), NOW);
  assert.deepEqual(known(contact), ["b", "c"]);
});

Deno.test("a contact is known to be offline only when all of it was known, or it says so itself", () => {
  const contact = new Contact(JULIET, 10);
  contact.learn("a", presence("away"), NOW);
  assert.equal(contact.leave("a", GONE, NOW), true);
  assert.deepEqual(known(contact), []);
  assert.equal(contact.leave("a", GONE, NOW), false, "nothing new");
  assert.equal(contact.leave("", GONE, NOW), true);
  assert.deepEqual(known(contact), ["unavailable"]);
  assert.equal(contact.leave("", GONE, NOW), false, "nothing new");
  contact.learn("a", presence("away"), NOW);
  assert.deepEqual(known(contact), ["away"]);
  contact.leave("a", GONE, NOW);
  assert.deepEqual(known(contact), ["unavailable"]);
});

Deno.test("a gateway that is available without resource is known so", () => {
  const contact = new Contact(Jid.of("gateway.shore.example"), 10);
  contact.learn("", presence("chat"), NOW);
  assert.equal(contact.isAvailable, true);
  assert.equal(contact.address("").toString(), "gateway.shore.example");
  contact.leave("", GONE, NOW);
  assert.deepEqual(known(contact), ["unavailable"]);
});

Deno.test("what is held expires at its time, confirmation ends the holding", () => {
  const contact = new Contact(JULIET, 10);
  contact.learn("a", presence("away"), NOW);
  contact.learn("b", presence("chat"), NOW);
  assert.equal(contact.heldUntilMs, undefined);
  contact.hold((already) => already ?? 100);
  contact.hold((already) => already ?? 500);
  assert.equal(contact.heldUntilMs, 100);
  contact.learn("b", presence("chat"), NOW);
  contact.shorten(50);
  contact.shorten(70);
  assert.equal(contact.heldUntilMs, 50);
  assert.deepEqual(contact.expire(49), []);
  assert.deepEqual(contact.expire(50), ["a"]);
  assert.deepEqual(known(contact), ["chat"]);
});

Deno.test("the cache counts the size of what it keeps, and forgets the longest unused to stay below its bound", () => {
  const cache = new PresenceCache({ cachedContacts: 10, cachedResources: 2, cachedSizeBytes: 200 }, NO_STORE);
  const [a, b] = ["a@x", "b@x"].map((text) => Jid.of(text));
  assert.ok(a && b);
  const sizeBytes = elementSizeBytes(presence("away"));
  const contact = cache.use(a);
  for (const resource of ["1", "2", "3", "1"]) contact.learn(resource, presence("away"), NOW);
  assert.equal(cache.sizeBytes, 2 * sizeBytes);
  contact.leave("1", GONE, NOW);
  assert.equal(cache.sizeBytes, sizeBytes);
  contact.hold(() => 10);
  contact.expire(10);
  assert.equal(cache.sizeBytes, 0);
  contact.learn("1", presence("x".repeat(50)), NOW);
  const other = cache.use(b);
  const large = presence("y".repeat(300));
  other.learn("1", large, NOW);
  assert.equal(cache.find(a), undefined);
  assert.equal(cache.find(b), other, "the one that was used last stays in any case");
  contact.learn("1", presence("away"), NOW);
  assert.equal(cache.sizeBytes, elementSizeBytes(large), "what is forgotten does not count");
  cache.forget(other);
  assert.equal(cache.sizeBytes, 0);
});

Deno.test("the cache forgets the contact that was not used for longest", () => {
  const cache = new PresenceCache(
    { cachedContacts: 2, cachedResources: 10, cachedSizeBytes: 10_000 },
    NO_STORE,
  );
  const [a, b, c] = ["a@x", "b@x", "c@y"].map((text) => Jid.of(text));
  assert.ok(a && b && c);
  cache.use(a);
  cache.use(b);
  cache.use(a);
  cache.use(c);
  assert.equal(cache.size, 2);
  assert.equal(cache.find(b), undefined);
  assert.deepEqual(cache.of(["x"]).map((contact) => contact.jid), [a]);
  const kept = cache.find(a);
  assert.ok(kept);
  cache.forget(kept);
  assert.equal(cache.find(a), undefined);
});
