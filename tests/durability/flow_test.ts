import assert from "node:assert/strict";
import { nullLog, systemClock } from "../../src/base/mod.ts";
import { systemNetwork } from "../../src/net/mod.ts";
import { Relay, SimLink } from "../../src/sim/mod.ts";
import { loopback, pickPorts, Scratch, type Site, writeSite } from "../support/config.ts";
import { Dice } from "../support/dice.ts";
import { addUser, HalyardProcess } from "../support/process.ts";
import { XmppClient } from "../support/xmpp_client.ts";

const PASSWORD = "secret";
const KILLS = 3;
const PER_LIFE = 120;
const CUT_EVERY = 25;

/** Romeo's messages: those the server has answered behind, and all that were written at all. */
class Log {
  readonly sent: string[] = [];
  readonly kept = new Set<string>();

  /** Sends until the server dies or `count` are out; the relay is cut now and then in between. */
  async send(romeo: XmppClient, count: number, relay: Relay, dice: Dice): Promise<void> {
    for (let n = 0; n < count; n++) {
      const body = `message ${this.sent.length}`;
      this.sent.push(body);
      await romeo.send(`<message to='juliet@shore.example/home' type='chat'><body>${body}</body></message>`);
      await romeo.ping();
      this.kept.add(body);
      if (dice.between(1, CUT_EVERY) === 1) {
        await relay.cut();
        await relay.mend();
      }
    }
  }
}

function login(site: Site, user: string, resource: string): Promise<XmppClient> {
  const at = { port: site.ports.plaintext, domain: site.domain };
  return XmppClient.login(at, { user, password: PASSWORD, resource });
}

Deno.test("profile halyard loses and repeats nothing while the link is cut and the sender killed, over real TCP", async () => {
  await using scratch = new Scratch();
  const [shipPorts, shorePorts] = [pickPorts(), pickPorts()];
  const link = new SimLink(systemClock, { rateBps: undefined, delayMs: 2 });
  const relay = new Relay(systemNetwork(nullLog), link);
  const way = await relay.open({ listen: loopback(0), connect: loopback(shorePorts.link) });
  const ship = await writeSite(scratch.path, "ship.example", shipPorts, {
    peers: { shore: { domain: "shore.example", connectPort: way.port, profile: "halyard" } },
  });
  const shore = await writeSite(scratch.path, "shore.example", shorePorts, {
    peers: { ship: { domain: "ship.example", profile: "halyard" } },
  });
  await addUser(ship.configPath, "romeo@ship.example", PASSWORD);
  await addUser(shore.configPath, "juliet@shore.example", PASSWORD);
  const dice = new Dice(3);
  const log = new Log();
  await using _shore = await HalyardProcess.start(shore.configPath);
  await using juliet = await login(shore, "juliet", "home");
  await juliet.send("<presence/>");
  for (let life = 0; life < KILLS; life++) {
    await using server = await HalyardProcess.start(ship.configPath);
    await using romeo = await login(ship, "romeo", "deck");
    await log.send(romeo, PER_LIFE, relay, dice);
    await server.kill();
  }
  await using _last = await HalyardProcess.start(ship.configPath);
  await using romeo = await login(ship, "romeo", "deck");
  await log.send(romeo, 1, relay, dice);
  await juliet.message(log.sent.at(-1), 60_000);
  const heard = juliet.kept.filter(({ name }) => name === "message").map((one) =>
    one.getChildText("body") ?? ""
  );
  const expected = log.sent.slice(0, -1).filter((body) => log.kept.has(body));
  assert.deepEqual(heard.filter((body) => log.kept.has(body)), expected);
  assert.equal(new Set(heard).size, heard.length, "none came twice");
  await relay.close();
});
