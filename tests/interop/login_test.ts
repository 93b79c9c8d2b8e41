import assert from "node:assert/strict";
import { pickPorts, Scratch, type Site, writeSite } from "../support/config.ts";
import { addUser, HalyardProcess } from "../support/process.ts";
import { XmppClient } from "../support/xmpp_client.ts";
import { canUseSlixmpp, SlixmppClient, type SlixmppLogin } from "./slixmpp.ts";

const PASSWORD = "p\u00e4ss, w=rd";
const JID = "romeo@ship.example/bridge";

async function standalone(scratch: Scratch): Promise<Site> {
  const site = await writeSite(scratch.path, "ship.example", pickPorts());
  await addUser(site.configPath, "romeo@ship.example", PASSWORD);
  return site;
}

/**
 * slixmpp knows no channel binding of ours: it tries `-PLUS` with its own in vain, and must get in without. When a
 * test makes it leave that out, it claims that we do not offer `-PLUS`, and RFC 5802 section 6 wants it refused.
 */
const SLIXMPP_LOGINS: readonly { readonly choice: Partial<SlixmppLogin>; readonly mechanism: string }[] = [
  { choice: {}, mechanism: "SCRAM-SHA-256" },
  { choice: { mechanism: "PLAIN" }, mechanism: "PLAIN" },
];

Deno.test({
  name: "slixmpp logs in over STARTTLS and direct TLS, and trusts the certificate",
  ignore: !canUseSlixmpp(),
  async fn() {
    await using scratch = new Scratch();
    const site = await standalone(scratch);
    await using _server = await HalyardProcess.start(site.configPath);
    const ca = `${site.directory}/data/certificate.pem`;
    const ways = [{ port: site.ports.starttls }, { port: site.ports.tls, tls: "direct" }] as const;
    for (const way of ways) {
      for (const { choice, mechanism } of SLIXMPP_LOGINS) {
        await using client = new SlixmppClient();
        const online = await client.login({ jid: JID, password: PASSWORD, ca, ...way, ...choice });
        assert.equal(online.jid, JID);
        assert.match(online.tls ?? "none", /^TLSv1\.[23]$/);
        assert.equal(online.mechanism, mechanism);
        await client.do("ping", { to: "ship.example" });
        await client.logout();
      }
    }
  },
});

Deno.test({
  name: "slixmpp finds the services of the server by disco, version and ping",
  ignore: !canUseSlixmpp(),
  async fn() {
    await using scratch = new Scratch();
    const site = await standalone(scratch);
    await using _server = await HalyardProcess.start(site.configPath);
    await using client = new SlixmppClient();
    await client.login({ jid: JID, password: PASSWORD, port: site.ports.starttls });
    const { identities = [], features = [] } = await client.do("disco", { to: "ship.example" });
    assert.deepEqual(identities, [["server", "im"]]);
    for (const feature of ["http://jabber.org/protocol/disco#info", "urn:xmpp:ping", "urn:xmpp:time"]) {
      assert(features.includes(feature), `${feature} is missing`);
    }
    assert.match((await client.do("version", { to: "ship.example" })).name ?? "", /halyard/i);
    await client.logout();
  },
});

Deno.test({
  name: "slixmpp is told that a password is wrong",
  ignore: !canUseSlixmpp(),
  async fn() {
    await using scratch = new Scratch();
    const site = await standalone(scratch);
    await using _server = await HalyardProcess.start(site.configPath);
    await using client = new SlixmppClient();
    await client.do("login", {
      jid: JID,
      password: "wrong",
      host: "127.0.0.1",
      port: site.ports.starttls,
      mechanism: "PLAIN",
    });
    assert.equal((await client.next("refused")).condition, "not-authorized");
    await client.next("rejected");
  },
});

const BINDINGS = [
  { mechanism: "SCRAM-SHA-256-PLUS", gs2: undefined, ends: "success" },
  { mechanism: "SCRAM-SHA-1-PLUS", gs2: undefined, ends: "success" },
  { mechanism: "SCRAM-SHA-256", gs2: "n,,", ends: "success" },
  { mechanism: "SCRAM-SHA-1", gs2: "n,,", ends: "success" },
  { mechanism: "PLAIN", gs2: undefined, ends: "success" },
  { mechanism: "SCRAM-SHA-256", gs2: "y,,", ends: "not-authorized" },
  { mechanism: "SCRAM-SHA-256-PLUS", gs2: "p=tls-unique,,", ends: "malformed-request" },
  { mechanism: "SCRAM-SHA-256-PLUS", gs2: "n,,", ends: "malformed-request" },
] as const;

Deno.test("SCRAM binds to the certificate of a TLS channel, and refuses what does not fit", async () => {
  await using scratch = new Scratch();
  const site = await standalone(scratch);
  await using _server = await HalyardProcess.start(site.configPath);
  for (const { mechanism, gs2, ends } of BINDINGS) {
    const at = { port: site.ports.tls, tls: true, domain: "ship.example" };
    await using client = await XmppClient.connect(at);
    const login = { user: "romeo", password: PASSWORD, mechanism, ...(gs2 === undefined ? {} : { gs2 }) };
    const end = await client.authenticate(login).then(() => "success", (error: Error) => error.message);
    assert.match(end, new RegExp(`${ends}$`), `${mechanism} ${gs2}`);
  }
});
