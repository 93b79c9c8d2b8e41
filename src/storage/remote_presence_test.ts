import assert from "node:assert/strict";
import { withStorage } from "./testing/support.ts";

Deno.test("presence is kept by contact and resource, the last of each, until it is removed", () => {
  withStorage([], ({ presence }) => {
    presence.put("juliet@shore.example", "home", "<presence/>", 1.4);
    presence.put("juliet@shore.example", "home", "<presence id='2'/>", 2);
    presence.put("juliet@shore.example", "", "<presence type='unavailable'/>", 3);
    presence.remove("juliet@shore.example", "balcony");
    const home = {
      contact: "juliet@shore.example",
      resource: "home",
      xml: "<presence id='2'/>",
      confirmedMs: 2,
    };
    assert.deepEqual(presence.list().filter(({ resource }) => resource !== ""), [home]);
    presence.remove("juliet@shore.example", "home");
    assert.deepEqual(presence.list().map(({ resource }) => resource), [""]);
  });
});

Deno.test("of a domain it is kept whether all is known, and until when", () => {
  withStorage([], ({ presence }) => {
    presence.putDomain("shore.example", true, undefined);
    assert.deepEqual(presence.domains(), [{ domain: "shore.example", isComplete: true, untilMs: undefined }]);
    presence.putDomain("shore.example", false, 5.5);
    assert.deepEqual(presence.domains(), [{ domain: "shore.example", isComplete: false, untilMs: 6 }]);
    presence.putDomain("cape.example", true, 1);
    presence.removeDomain("shore.example");
    assert.deepEqual(presence.domains().map(({ domain }) => domain), ["cape.example"]);
  });
});
