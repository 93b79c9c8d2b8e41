import assert from "node:assert/strict";
import { Serial } from "./serial.ts";

Deno.test("Serial runs what a task starts after that task, and all before the outermost run returns", () => {
  const serial = new Serial();
  const done: string[] = [];
  serial.run(() => {
    serial.run(() => {
      done.push("first consequence");
      serial.run(() => done.push("its consequence"));
    });
    serial.run(() => done.push("second consequence"));
    done.push("cause");
  });
  assert.deepEqual(done, ["cause", "first consequence", "second consequence", "its consequence"]);
});

Deno.test("Serial gives every task its turn when one throws, then throws that", () => {
  const serial = new Serial();
  const done: string[] = [];
  const broken = () => {
    serial.run(() => done.push("after"));
    throw new Error("a bug");
  };
  assert.throws(() => serial.run(broken), /a bug/);
  assert.deepEqual(done, ["after"]);
  serial.run(() => done.push("next"));
  assert.deepEqual(done, ["after", "next"]);
});
