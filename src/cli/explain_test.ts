import assert from "node:assert/strict";
import { pickPorts, Scratch, writeSite } from "../../tests/support/config.ts";
import { halyard } from "../../tests/support/process.ts";

const INPUT = `<message type='chat' to='juliet@shore.example' id='1'><body>Hi there</body>
<active xmlns='http://jabber.org/protocol/chatstates'/></message>
<presence type='unavailable'/>
<iq type='get' id='2' from='juliet@shore.example/x' to='romeo@ship.example'><ping xmlns='urn:xmpp:ping'/></iq>
<message type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/></message>
`;

Deno.test("explain shows what rules do to stanzas and what they cost, and names the line of a mistake", async () => {
  await using scratch = new Scratch();
  const peers = {
    shore: { domain: "shore.example", connectPort: 1, rate: "600bps", profile: "halyard" },
  } as const;
  const { configPath } = await writeSite(scratch.path, "ship.example", pickPorts(), { peers });
  const run = (words: readonly string[], input: string) =>
    halyard(["explain", "--config", configPath, "--peer", ...words], input);

  const done = await run(["shore"], INPUT);
  assert.equal(done.code, 0, done.stderr);
  const lines = done.stdout.trimEnd().split("\n");
  assert.equal(lines[0], "peer shore: profile halyard, tcp at 600 bit/s; compressor: nothing sent yet");
  const size = /^ {2}(\d+) B as it came, (\d+) B after the rules, (\d+) B on the link, (\d+) ms on the air$/;
  const [, came = "", left = "", link = "", air = ""] = size.exec(lines[3] ?? "") ?? [];
  assert.deepEqual(lines.slice(1, 3), [
    "line 1: message (chat) from somebody@ship.example/client to juliet@shore.example",
    "  drop-chat-states: chat state beside other content, 55 B less",
  ]);
  assert.equal(Number(came) - Number(left), 55);
  assert.ok(Number(link) > 20 && Number(link) < 80, link);
  assert.equal(Number(air), Math.ceil(Number(link) * 8_000 / 600));
  assert.equal(
    lines[4],
    "line 3: presence (unavailable) from somebody@ship.example/client to somebody@shore.example",
  );
  assert.equal(lines[5], "  no rule has anything to say");
  assert.equal(
    lines[7],
    "line 4: iq (get) from juliet@shore.example/x to romeo@ship.example, coming from the peer",
  );
  assert.equal(lines.at(-1), "  does not cross; 153 B as it came, nothing on the link");

  const wrong = await run(["shore"], "<presence/>\n<message>\n");
  assert.equal(wrong.code, 1);
  assert.equal(wrong.stderr.trim(), "halyard: line 2: the stanza that begins here does not end");
  assert.match(wrong.stdout, /line 1: presence/);

  const flood = await run(["shore"], "\n".repeat(16 * 1_048_576 + 1));
  assert.equal(flood.code, 1);
  assert.equal(flood.stderr.trim(), "halyard: Cannot read more than 16777216 bytes of stanzas");

  const nobody = await run(["ship"], "");
  assert.deepEqual([nobody.code, nobody.stderr.trim()], [
    2,
    "Cannot find peer ship: known are shore",
  ]);
  const nothing = await run(["shore", "--carrier", "2"], "");
  assert.deepEqual([nothing.code, nothing.stderr.trim()], [
    2,
    "Cannot find carrier 2: known are tcp or 1",
  ]);
});
