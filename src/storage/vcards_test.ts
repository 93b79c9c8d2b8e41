import assert from "node:assert/strict";
import { withStorage } from "./testing/support.ts";

Deno.test("a vCard is the one last set, belongs to an account, and goes with it", () => {
  withStorage(["romeo"], ({ accounts, vcards }) => {
    assert.equal(vcards.get("romeo"), undefined);
    assert(vcards.put("romeo", "<vCard/>"));
    assert(vcards.put("romeo", "<vCard xmlns='vcard-temp'/>"));
    assert.equal(vcards.get("romeo"), "<vCard xmlns='vcard-temp'/>");
    assert.equal(vcards.put("nobody", "<vCard/>"), false);
    accounts.remove("romeo");
    assert.equal(vcards.get("romeo"), undefined);
  });
});

Deno.test("those who see a contact are found by the contact", () => {
  withStorage(["benvolio", "mercutio", "romeo"], ({ rosters }) => {
    const item = {
      name: undefined,
      groups: [],
      ask: false,
      approved: false,
      pendingIn: undefined,
      listed: true,
    };
    const jid = "juliet@shore.example";
    rosters.put("romeo", { ...item, jid, subscription: "both" });
    rosters.put("benvolio", { ...item, jid, subscription: "to" });
    rosters.put("mercutio", { ...item, jid, subscription: "from" });
    assert.deepEqual(rosters.watchersOf(jid), ["benvolio", "romeo"]);
    assert.deepEqual(rosters.watchersOf("nurse@shore.example"), []);
  });
});
