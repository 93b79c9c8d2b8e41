import assert from "node:assert/strict";
import { withStorage } from "./testing/support.ts";

Deno.test("a setting is the value last set, byte for byte, and undefined before", () => {
  withStorage([], ({ settings }) => {
    assert.equal(settings.get("secret"), undefined);
    settings.set("secret", Uint8Array.of(1, 2, 3));
    settings.set("secret", Uint8Array.of(0, 255, 128));
    settings.set("empty", new Uint8Array());
    assert.deepEqual(settings.get("secret"), Uint8Array.of(0, 255, 128));
    assert.deepEqual(settings.get("empty"), new Uint8Array());
  });
});
