import assert from "node:assert/strict";
import { Metrics, nullLog, systemClock, systemRandom, Turn } from "../base/mod.ts";
import type { AddressRange } from "../config/mod.ts";
import { systemNetwork } from "../net/mod.ts";
import type { Stanza } from "../stanza/mod.ts";
import { DEFAULT_XML_LIMITS } from "../xml/mod.ts";
import { Links, type TcpCarrierConfig } from "./mod.ts";
import { stanza } from "./testing/stanzas.ts";
import { MemoryEpochs } from "./flow/testing/memory_epochs.ts";
import { MemoryStore } from "./flow/testing/memory_store.ts";
import { MemoryLinkIds } from "./testing/memory_link_ids.ts";
import { MemoryQueueStore, MemorySettings } from "./testing/world.ts";
import { MemoryRecent } from "./testing/memory_recent.ts";

const HERE: AddressRange = {
  address: { family: 4, bytes: [127, 0, 0, 1] },
  prefixBits: 32,
  text: "127.0.0.1",
};

/** The links of a server on this machine, and the next stanza that its router gets. */
function server(
  domain: string,
  peer: string,
  carrier: Partial<TcpCarrierConfig>,
): { links: Links; next: Promise<Stanza> } {
  const { promise, resolve } = Promise.withResolvers<Stanza>();
  const times = { connectTimeoutMs: 5_000, retryFirstMs: 100, retryMostMs: 100 };
  const links = new Links({
    peers: [{
      name: peer,
      domains: [`${peer}.example`],
      profile: "xep-0361",
      toldDownAfterMs: 0,
      compression: "deflate",
      shorten: false,
      rules: [],
      queue: { stanzas: 10, sizeBytes: 10_000, ageMs: 60_000, iqAgeMs: 60_000 },
      carriers: [{ kind: "tcp", allowFrom: [HERE], ...times, ...carrier }],
    }],
    servedDomains: [domain],
    network: systemNetwork(nullLog),
    router: { route: resolve },
    storage: {
      linkQueue: new MemoryQueueStore(),
      flows: () => new MemoryStore(),
      unacknowledged: () => [],
      recentStanzas: () => new MemoryRecent(),
      settings: new MemorySettings(),
      linkIds: () => new MemoryLinkIds(),
      linkEpochs: () => new MemoryEpochs(),
    },
    clock: systemClock,
    random: systemRandom,
    log: nullLog,
    metrics: new Metrics(),
    turn: new Turn((error) => {
      throw error;
    }),
    events: { linkUp() {}, linkDown() {} },
    limits: DEFAULT_XML_LIMITS,
  });
  return { links, next: promise };
}

Deno.test("two servers talk over real sockets, both ways, and part in good order", async () => {
  const shore = server("shore.example", "ship", { listen: { host: "127.0.0.1", port: 0 } });
  await shore.links.start();
  const [connect] = shore.links.endpoints;
  const ship = server("ship.example", "shore", { connect });
  await ship.links.start();
  ship.links.accept(stanza("<message><body>ahoy</body></message>", systemClock.nowMs()));
  assert.equal((await shore.next).element.getChildText("body"), "ahoy");
  const answer =
    "<message from='juliet@shore.example' to='romeo@ship.example/deck'><body>aye</body></message>";
  shore.links.accept(stanza(answer, systemClock.nowMs()));
  assert.equal((await ship.next).element.getChildText("body"), "aye");
  await ship.links.stop();
  await shore.links.stop();
  const [there] = shore.links.status();
  const [here] = ship.links.status();
  assert.deepEqual([here?.state, there?.state], ["down", "down"]);
  assert.deepEqual([here?.bytes.linkIn, here?.bytes.linkOut], [there?.bytes.linkOut, there?.bytes.linkIn]);
});
