import { ScriptedClient } from "../interop/slixmpp.ts";
import { Scratch } from "../support/config.ts";
import { debianVersion, JULIET, ROMEO, type Scenario, type Stage } from "./recording.ts";

/** The user and group "nobody" of Debian: Gajim refuses to run as root. */
const NOBODY = 65_534;

/** What two people at Gajim do. */
export const GAJIM: Scenario = {
  client: () => `gajim ${debianVersion("gajim")} on nbxmpp ${debianVersion("python3-nbxmpp")}`,
  about:
    "contacts that make friends, capabilities, an absence, a chat with a correction, receipts, displayed markers " +
    "and typing, questions for version, time, items and vCards, a farewell. A script sits at the real " +
    "application's window, its entry, its actions and its settings (tests/recordings/gajim_client.py)",
  async play(stage) {
    await using romeo = await Gajim.login(stage, "ship", ROMEO);
    await using juliet = await Gajim.login(stage, "shore", JULIET);
    const balcony = await befriend(stage, romeo.client, juliet.client);
    await chat(stage, romeo.client, juliet.client);
    for (const what of ["version", "time", "items", "vcard", "vcard4"]) {
      // Of a vCard it is her server that answers.
      await romeo.client.do("ask", { what, to: what.startsWith("vcard") ? JULIET : balcony });
      const asked = await stage.crossed("ship", /<iq .*type='get'/);
      await stage.crossed("shore", new RegExp(` id='${/ id='([^']+)'/.exec(asked)?.[1]}'`));
    }
    await juliet.client.do("logout", { status: "good night" });
    await stage.crossed("shore", /type='unavailable'/);
    await romeo.client.do("logout", { status: "" });
    await stage.crossed("ship", /type='unavailable'/);
  },
};

/** Gajim on a screen, a bus and in a home of its own. */
class Gajim {
  readonly #home = new Scratch();
  readonly client: ScriptedClient;

  private constructor() {
    const home = this.#home.path;
    const mustChange = Deno.uid() === 0;
    if (mustChange) Deno.chownSync(home, NOBODY, NOBODY);
    const user = mustChange ? ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"] : [];
    const own = ["-u", "XDG_CONFIG_HOME", "-u", "XDG_DATA_HOME", "-u", "XDG_CACHE_HOME", `HOME=${home}`];
    const place = ["xvfb-run", "-a", "dbus-run-session", "--"];
    this.client = new ScriptedClient(["env", ...own, ...user, ...place, "/usr/bin/python3", "-c", PROGRAM]);
  }

  static async login(stage: Stage, side: "ship" | "shore", jid: string): Promise<Gajim> {
    const gajim = new Gajim();
    try {
      const { ca, ...login } = stage.login(side);
      await gajim.client.do("login", { jid, ...login, certificate: await Deno.readTextFile(ca) });
      await gajim.client.next("online");
      return gajim;
    } catch (error) {
      await gajim[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    await this.#home[Symbol.asyncDispose]();
  }
}

/** Whoever it runs as need not be able to read the checkout. */
const PROGRAM = Deno.readTextFileSync(new URL("gajim_client.py", import.meta.url));

/** @returns the full address of juliet */
async function befriend(stage: Stage, romeo: ScriptedClient, juliet: ScriptedClient): Promise<string> {
  await romeo.do("add", { to: JULIET, name: "Juliet" });
  await juliet.next("presence", { kind: "subscribe", sender: ROMEO });
  await juliet.do("accept", { to: ROMEO });
  await juliet.do("add", { to: ROMEO, name: "Romeo" });
  await stage.crossed("ship", /type='subscribed'/);
  const here = await stage.crossed("shore", /^shore > <presence (?!.*type=)/);
  await stage.crossed("ship", /^ship > <presence (?!.*type=)/);
  // Each asks what the other can do.
  await stage.crossed("ship", /<iq .*type='get'/);
  await stage.crossed("ship", /<iq .*type='result'/);
  await stage.crossed("shore", /<iq .*type='result'/);
  await juliet.do("presence", { show: "away", status: "the nurse is here" });
  await stage.crossed("shore", /<show>away/);
  return / from='([^']+)'/.exec(here)?.[1] ?? "";
}

async function chat(stage: Stage, romeo: ScriptedClient, juliet: ScriptedClient): Promise<void> {
  const type = async (client: ScriptedClient, text: string) => {
    await client.do("write", { text });
    await client.do("send");
  };
  await romeo.do("open", { to: JULIET });
  await type(romeo, "What light through yonder window breaks? <&>");
  await stage.crossed("shore", /<received/);
  await juliet.do("open", { to: ROMEO });
  await juliet.do("read", { to: ROMEO });
  await stage.crossed("shore", /<displayed/);
  await type(juliet, "wherefore art thou");
  await stage.crossed("ship", /<received/);
  await juliet.do("correct", { text: "wherefore art thou Romeo" });
  await stage.crossed("ship", /<received/);
  await romeo.do("write", { text: "I take" });
  await stage.crossed("ship", /<composing/);
  await romeo.do("clear");
  await type(romeo, "I take thee at thy word \u{1f339}");
  await stage.crossed("shore", /<received/);
}
