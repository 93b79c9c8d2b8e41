import assert from "node:assert/strict";
import { nullLog } from "../base/mod.ts";
import { systemNetwork } from "./system.ts";
import { LOOPBACK, testIdentity } from "./test_support.ts";
import type { UpgradableTransport } from "./transport.ts";

const HANDSHAKES = 300;
const haveNode = await new Deno.Command("node", { args: ["--version"] }).output().then(
  () => true,
  () => false,
);

/** A client in a process of its own, quick enough to answer `<proceed/>` before a slow server has turned around. */
const CLIENT = `
const net = require("node:net"), tls = require("node:tls");
const [port, count] = process.argv.slice(1).map(Number);
const once = (i) => new Promise((resolve, reject) => {
  const carrier = net.connect(port, "127.0.0.1").setNoDelay(true);
  carrier.write("<starttls/>");
  carrier.once("data", () => {
    const secure = tls.connect({ socket: carrier, rejectUnauthorized: false });
    secure.write("hello " + i);
    secure.once("data", (data) => data.toString() === "hello " + i ? secure.end() : reject(new Error("wrong echo")));
    secure.once("close", resolve);
    secure.once("error", reject);
  });
  setTimeout(() => reject(new Error("hangs at " + i)), 10_000).unref();
});
(async () => { for (let i = 0; i < count; i++) await once(i); })();
`;

/** Answers `<starttls/>`, and under TLS echoes. */
async function serve(transport: UpgradableTransport): Promise<void> {
  const reader = transport.readable.getReader();
  await reader.read();
  await transport.writable.getWriter().write(new TextEncoder().encode("<proceed/>"));
  const secure = await transport.startTls(10_000);
  await secure.readable.pipeTo(secure.writable);
  await secure.closed;
}

Deno.test(`${HANDSHAKES} quick clients in a row get through starttls`, { ignore: !haveNode }, async () => {
  const identity = await testIdentity();
  const served: Promise<void>[] = [];
  const listener = await systemNetwork(nullLog).listenTcp(
    LOOPBACK,
    (transport) => served.push(serve(transport)),
    identity,
  );
  const args = ["-e", CLIENT, `${listener.local.port}`, `${HANDSHAKES}`];
  const { success, stderr } = await new Deno.Command("node", { args, stdout: "null", stderr: "piped" })
    .output();
  assert.ok(success, new TextDecoder().decode(stderr));
  await Promise.all(served);
  assert.equal(served.length, HANDSHAKES);
  await listener.close();
});
