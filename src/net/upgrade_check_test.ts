import assert from "node:assert/strict";
import { systemClock } from "../base/mod.ts";
import { nodeTlsWorks, upgradeWorks } from "./upgrade_check.ts";
import { ManualClock, testIdentity } from "./test_support.ts";
import { hasNodeTls, type TlsAcceptor } from "./tls.ts";
import type { Wire } from "./wire.ts";
import { SecureWireTransport } from "./wire_transport.ts";

const onlyNode = { ignore: !hasNodeTls() };
const close = () => Promise.resolve();

Deno.test("node:tls passes the self-test where it is Node's own code", async () => {
  assert.equal(await nodeTlsWorks(await testIdentity(), systemClock), hasNodeTls());
});

Deno.test("what leaves everything in the clear does not pass the self-test", onlyNode, async () => {
  const silent: TlsAcceptor = {
    accept: (wire) => Promise.resolve(new SecureWireTransport(wire, undefined)),
    close,
  };
  assert.equal(await upgradeWorks(silent, systemClock), false);
});

Deno.test("what hangs does not pass the self-test", onlyNode, async () => {
  const clock = new ManualClock();
  const reached = Promise.withResolvers<Wire>();
  const hanging: TlsAcceptor = {
    accept(wire) {
      reached.resolve(wire);
      return new Promise(() => {});
    },
    close,
  };
  const works = upgradeWorks(hanging, clock);
  const wire = await reached.promise;
  clock.fire();
  assert.equal(await works, false);
  wire.destroy("shutdown");
});

Deno.test("what fails does not pass the self-test", onlyNode, async () => {
  const failing: TlsAcceptor = { accept: () => Promise.reject(new Error("no TLS")), close };
  assert.equal(await upgradeWorks(failing, systemClock), false);
});
