import assert from "node:assert/strict";
import { loopback, pickPorts, Scratch, writeSite } from "../support/config.ts";
import { deadline } from "../support/deadline.ts";
import { addUser, HalyardProcess } from "../support/process.ts";
import { XmppClient } from "../support/xmpp_client.ts";

const PASSWORD = "secret";
const CALLS = 3;

/** Takes calls on a port as a relay or a proxy does whose far side is away, and drops each of them. */
class BlackHole {
  readonly #listener: Deno.Listener;
  readonly #enough = Promise.withResolvers<void>();
  readonly #swallowing: Promise<void>;

  constructor(port: number) {
    const { host } = loopback(port);
    this.#listener = Deno.listen({ hostname: host, port });
    this.#swallowing = this.#swallow();
  }

  /** Resolves when some calls were taken. */
  get swallowed(): Promise<void> {
    return deadline(this.#enough.promise, 20_000, "calls");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#swallowing;
  }

  async #swallow(): Promise<void> {
    let calls = 0;
    for await (const connection of this.#listener) {
      connection.close();
      if (++calls === CALLS) this.#enough.resolve();
    }
  }
}

Deno.test("a message is delivered or answered, though something on the way takes calls for a server that is down", async () => {
  await using scratch = new Scratch();
  const [shipPorts, shorePorts] = [pickPorts(), pickPorts()];
  const ship = await writeSite(scratch.path, "ship.example", shipPorts, {
    peers: { shore: { domain: "shore.example", connectPort: shorePorts.link } },
  });
  const shore = await writeSite(scratch.path, "shore.example", shorePorts, {
    peers: { ship: { domain: "ship.example" } },
  });
  await addUser(ship.configPath, "romeo@ship.example", PASSWORD);
  await addUser(shore.configPath, "juliet@shore.example", PASSWORD);
  await using _ship = await HalyardProcess.start(ship.configPath);
  const at = { port: shipPorts.plaintext, domain: "ship.example" };
  await using romeo = await XmppClient.login(at, { user: "romeo", password: PASSWORD });
  {
    await using hole = new BlackHole(shorePorts.link);
    await romeo.send("<message to='juliet@shore.example' type='chat' id='1'><body>hello</body></message>");
    await romeo.ping();
    await hole.swallowed;
  }
  await using _shore = await HalyardProcess.start(shore.configPath);
  const there = { port: shorePorts.plaintext, domain: "shore.example" };
  await using juliet = await XmppClient.login(there, { user: "juliet", password: PASSWORD });
  await juliet.send("<presence/>");
  const delivered = juliet.message("hello", 15_000).then(() => "delivered");
  const answered = romeo.next(({ attrs }) => attrs.type === "error", "an error", 15_000).then(() =>
    "answered"
  );
  const outcome = await Promise.any([delivered, answered]).catch(() => "lost");
  assert(["delivered", "answered"].includes(outcome), "the message is lost");
});
