import assert from "node:assert/strict";

type Mutant = readonly [what: string, file: string, from: string, to: string];

/** Mistakes put into a copy of the engine on purpose: the simulation has to find each of them. */
const ENGINE_MUTANTS: readonly Mutant[] = [
  [
    "an acknowledgement is skipped",
    "link/flow/sender.ts",
    "if (received > this.#acked) this.#acknowledge(received);",
    "if (received > this.#acked && received % 5 !== 0) this.#acknowledge(received);",
  ],
  [
    "the receiver forgets to store what it received",
    "link/flow/receiver.ts",
    '    this.#store.addText(numbered);\n    this.#save();\n    return "deliver";',
    '    this.#store.addText(numbered);\n    return "deliver";',
  ],
  [
    "a number is used again",
    "link/flow/sender.ts",
    "    this.#sent++;",
    "    if (this.#sent % 9 !== 4) this.#sent++;",
  ],
  [
    "frames leave before they are on disk",
    "link/flow/testing/duel.ts",
    "    store.commit();\n    if (!this.#isUp || channel === undefined) return;",
    "    if (!this.#isUp || channel === undefined) return;",
  ],
  [
    "compression resumes one octet late",
    "link/flow/stream_channel.ts",
    "new FlowEncoder(this.#core.coding, window);",
    "new FlowEncoder(this.#core.coding, { ...window, octets: window.octets.slice(0, -1) });",
  ],
  [
    "shortening resumes one stanza late",
    "link/flow/coder.ts",
    "new Shortener(texts)",
    "new Shortener(texts.slice(0, -1))",
  ],
  [
    "a shortened block is taken to go on from what was said, not from the history",
    "link/flow/coder.ts",
    "this.followsHistory = coding !== 2;",
    "this.followsHistory = true;",
  ],
  [
    "the receiver forgets how the flow is coded",
    "link/flow/receiver.ts",
    "    this.#coding = coding;\n    this.#history",
    "    this.#history",
  ],
  [
    "sending resumes one stanza late",
    "link/flow/stream_channel.ts",
    "    this.#next = sender.acked + 1;\n    this.#senderGeneration",
    "    this.#next = sender.acked + 2;\n    this.#senderGeneration",
  ],
  [
    "a repetition is not recognised by its text",
    "link/flow/receiver.ts",
    'return held !== undefined && equalOctets(held, text) ? "repetition" : "fork";',
    'return "repetition";',
  ],
  [
    "what a carrier confirms is taken for stored",
    "link/flow/block_channel.ts",
    "if (isRestarted) this.#goBack();",
    "",
  ],
  [
    "a lost block is not sent again",
    "link/flow/block_channel.ts",
    "      this.#next = Math.min(this.#next, block.first);",
    "",
  ],
  [
    "a block that came out of turn is dropped without a word",
    "link/flow/block_channel.ts",
    'if (found === undefined) return this.#refusals.refuse(this.#core.receiver.refusal("unknown"), nowMs);',
    "if (found === undefined) return;",
  ],
  [
    "what a carrier could not hand over is not asked for again",
    "link/flow/block_channel.ts",
    "if (!this.#isHelloDue) this.#refusals.sayMissed();",
    "",
  ],
];

/** Mistakes around the engine, which only whole servers can show. */
const WORLD_MUTANTS: readonly Mutant[] = [
  [
    "what waits is not stored",
    "link/shelf.ts",
    "waiting.storeId = this.#store.add(this.#peer, storedXml(waiting), waiting.stanza.receivedMs);",
    "",
  ],
  [
    "what has a number stays in the stored queue too",
    "link/outbox.ts",
    "    this.#shelf.clear(batch.stanzas);\n",
    "",
  ],
  [
    "what waited is put in order by the time of day",
    "link/outbox.ts",
    "of store.list(peer.name)) {",
    "of store.list(peer.name).sort((a, b) => a.receivedMs - b.receivedMs)) {",
  ],
  [
    "the state of a flow is not written at the end of a turn",
    "storage/flows.ts",
    "if (this.#unsaved.size === 0) this.#db.lastly(() => this.#saveAll());",
    "",
  ],
  [
    "frames leave before they are on disk",
    "base/turn.ts",
    "      for (const commit of commits) commit();",
    "      for (const flush of flushes.splice(0)) this.#run(flush);\n      for (const commit of commits) commit();",
  ],
  [
    "senders are not told of what has expired",
    "link/outbox.ts",
    'this.#refuse(this.#queue.expire(nowMs), "expired");',
    "this.#shelf.clear(this.#queue.expire(nowMs));",
  ],
  [
    "the bound of the queue is forgotten",
    "link/queue.ts",
    "return this.#boundStanzas > this.#limits.stanzas || this.#boundSizeBytes",
    "return this.#boundSizeBytes",
  ],
];

const ROOT = new URL("../../", import.meta.url).pathname;

async function copyTree(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const entry of Deno.readDir(from)) {
    if (entry.isDirectory) await copyTree(`${from}/${entry.name}`, `${to}/${entry.name}`);
    else await Deno.copyFile(`${from}/${entry.name}`, `${to}/${entry.name}`);
  }
}

async function simulate(root: string, player: "engine" | "world", seeds: number): Promise<number> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--allow-all",
      "--config",
      `${ROOT}deno.json`,
      `${root}/tests/sim/main.ts`,
      "--player",
      player,
      "--seeds",
      String(seeds),
      "--first",
      ...(player === "engine" ? ["--steps", "300"] : []),
    ],
    stdout: "null",
    stderr: "null",
  }).output();
  return code;
}

Deno.test("the simulation finds every mistake that is put into the engine on purpose", async (t) => {
  const root = await Deno.makeTempDir();
  try {
    await copyTree(`${ROOT}src`, `${root}/src`);
    await copyTree(`${ROOT}tests/sim`, `${root}/tests/sim`);
    await copyTree(`${ROOT}tests/support`, `${root}/tests/support`);
    assert.equal(await simulate(root, "engine", 25), 0, "without a mistake");
    assert.equal(await simulate(root, "world", 5), 0, "whole servers without a mistake");
    const all = [
      ...ENGINE_MUTANTS.map((mutant) => ({ mutant, player: "engine", seeds: 25 } as const)),
      ...WORLD_MUTANTS.map((mutant) => ({ mutant, player: "world", seeds: 40 } as const)),
    ];
    for (const { mutant: [what, file, from, to], player, seeds } of all) {
      await t.step(what, async () => {
        const path = `${root}/src/${file}`;
        const good = await Deno.readTextFile(path);
        assert.ok(good.includes(from), `${file} holds what is to be changed`);
        await Deno.writeTextFile(path, good.replace(from, to));
        assert.notEqual(await simulate(root, player, seeds), 0);
        await Deno.writeTextFile(path, good);
      });
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
