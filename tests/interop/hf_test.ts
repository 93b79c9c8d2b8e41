import assert from "node:assert/strict";
import { freePorts, pickPorts, Scratch, type Site, writeSite } from "../support/config.ts";
import { addUser, HalyardProcess } from "../support/process.ts";
import { canUseSlixmpp, SlixmppClient } from "./slixmpp.ts";

const ROMEO = "romeo@ship.example";
const JULIET = "juliet@shore.example";
const PASSWORD = "correct horse";
const NODES = ["1.2.3.4", "1.2.3.5"] as const;

/** A channel of 2,400 bit/s with a turnaround of 1 s, eight times as fast. */
const SPEED = 8;
const CHANNEL = ["--rate", "2400", "--turnaround", "1000", "--speed", String(SPEED)];

function site(root: string, name: "ship" | "shore", sisPort: number): Promise<Site> {
  const [address, peerAddress] = name === "ship" ? NODES : NODES.toReversed();
  const stanag5066 = {
    server: `127.0.0.1:${sisPort}`,
    address,
    peer_address: peerAddress,
    rate: `${2_400 * SPEED}bps`,
    turnaround: `${1_000 / SPEED}ms`,
  };
  const other = name === "ship" ? "shore" : "ship";
  const peer = { domain: `${other}.example`, profile: "halyard", carriers: [{ stanag5066 }] } as const;
  return writeSite(root, `${name}.example`, pickPorts(), { peers: { [other]: peer } });
}

function login({ directory, ports }: Site, jid: string): Promise<SlixmppClient> {
  const ca = `${directory}/data/certificate.pem`;
  return SlixmppClient.login({ jid, password: PASSWORD, port: ports.starttls, ca });
}

async function say(from: SlixmppClient, to: SlixmppClient, jid: string, body: string): Promise<void> {
  const { id = "" } = await from.do("message", { to: jid, body, receipt: true });
  await to.next("message", { body });
  await from.next("receipt", { about: id });
}

Deno.test({
  name: "two slixmpp clients chat over two SIS servers in real time, with receipts, through a restart",
  ignore: !canUseSlixmpp(),
  async fn() {
    await using scratch = new Scratch();
    const [shipSis = 0, shoreSis = 0] = freePorts(2);
    const listen = [shipSis, shoreSis].flatMap((port) => ["--listen", `127.0.0.1:${port}`]);
    await using sim = await HalyardProcess.command(["sim", "stanag5066", ...CHANNEL, ...listen]);
    const ship = await site(scratch.path, "ship", shipSis);
    const shore = await site(scratch.path, "shore", shoreSis);
    await addUser(ship.configPath, ROMEO, PASSWORD);
    await addUser(shore.configPath, JULIET, PASSWORD);
    await using shipServer = await HalyardProcess.start(ship.configPath);
    await using shoreServer = await HalyardProcess.start(shore.configPath);
    await using romeo = await login(ship, `${ROMEO}/bridge`);
    await romeo.do("presence", {});
    {
      await using juliet = await login(shore, `${JULIET}/balcony`);
      await juliet.do("presence", {});
      await say(romeo, juliet, JULIET, "But soft, what light through yonder window breaks?");
      await say(juliet, romeo, ROMEO, "wherefore art thou Romeo? <&> \u{1f339}");
      for (let line = 1; line <= 10; line++) await romeo.do("message", { to: JULIET, body: `line ${line}` });
      for (let line = 1; line <= 10; line++) {
        assert.equal((await juliet.next("message")).body, `line ${line}`);
      }
      await juliet.logout();
    }
    assert.equal((await shoreServer.stop()).code, 0);
    await romeo.do("message", { to: JULIET, body: "during the restart" });
    await using _again = await HalyardProcess.start(shore.configPath);
    await using juliet = await login(shore, `${JULIET}/balcony`);
    await juliet.do("presence", {});
    await juliet.next("message", { body: "during the restart" });
    await say(juliet, romeo, ROMEO, "good night");
    assert.equal((await shipServer.stop()).code, 0);
    assert.equal((await sim.stop()).code, 0);
  },
});
