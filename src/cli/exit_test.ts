import assert from "node:assert/strict";
import { halyardCommand } from "../../tests/support/process.ts";

Deno.test("a reader who has read enough is no error", async () => {
  // The reader is gone before the program has even started.
  const script = '("$@" version; echo "exit code $?" >&2) | true';
  const { stderr } = await new Deno.Command("sh", { args: ["-c", script, "sh", ...halyardCommand()] })
    .output();
  assert.equal(new TextDecoder().decode(stderr), "exit code 0\n");
});
