import assert from "node:assert/strict";

/** Mistakes put into a copy of the engine on purpose: the simulation has to find each of them. */
const MUTANTS: readonly (readonly [what: string, file: string, from: string, to: string])[] = [
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
    "this.#deflater = new Deflater(history);",
    "this.#deflater = new Deflater(history.slice(0, -1));",
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

const ROOT = new URL("../../", import.meta.url).pathname;

async function copyTree(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const entry of Deno.readDir(from)) {
    if (entry.isDirectory) await copyTree(`${from}/${entry.name}`, `${to}/${entry.name}`);
    else await Deno.copyFile(`${from}/${entry.name}`, `${to}/${entry.name}`);
  }
}

async function simulate(root: string): Promise<number> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--allow-all",
      "--config",
      `${ROOT}deno.json`,
      `${root}/tests/sim/main.ts`,
      "--seeds",
      "25",
      "--first",
      "--steps",
      "300",
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
    assert.equal(await simulate(root), 0, "without a mistake");
    for (const [what, file, from, to] of MUTANTS) {
      await t.step(what, async () => {
        const path = `${root}/src/${file}`;
        const good = await Deno.readTextFile(path);
        assert.ok(good.includes(from), `${file} holds what is to be changed`);
        await Deno.writeTextFile(path, good.replace(from, to));
        assert.notEqual(await simulate(root), 0);
        await Deno.writeTextFile(path, good);
      });
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
