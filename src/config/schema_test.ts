import assert from "node:assert/strict";
import { parse } from "yaml";
import { fromJSONSchema } from "zod";
import { DEFAULT_XML_LIMITS } from "../xml/mod.ts";
import { formatProblem } from "./fault.ts";
import { builtFields, type Field } from "./field.ts";
import { jsonSchema } from "./json_schema.ts";
import { parseConfig } from "./parse.ts";
import { configReference } from "./reference.ts";
import { type CarrierConfig, root, type TcpConfig } from "./schema.ts";
import { shippedFiles, starterConfig } from "./starter.ts";

/** The carrier, if it is one over TCP. */
function tcpOf(carrier: CarrierConfig | undefined): TcpConfig | undefined {
  return carrier?.kind === "tcp" ? carrier : undefined;
}

const CONFIG_FOLDER = new URL("../../config/", import.meta.url);

/** The configuration of the outside contract, with what is not built yet behind a `!`. */
const CONTRACT = `domain: ship.example
data: ./data
tls: { certificate: cert.pem, key: key.pem }
clients:
  starttls:  { listen: "0.0.0.0:5222" }
  tls:       { listen: "0.0.0.0:5223" }
!  websocket: { listen: "0.0.0.0:5281", path: /xmpp-websocket }
  plaintext: { listen: "127.0.0.1:5221" }
!rooms: { domain: rooms.ship.example }
!admin: { listen: "127.0.0.1:5280" }
peers:
  shore:
    domains: [shore.example, rooms.shore.example]
    profile: halyard
    compression: deflate
    rules: hf
    carriers:
      - tcp: { connect: "203.0.113.5:5270", listen: "0.0.0.0:5270", allow_from: ["203.0.113.5"], rate: 9600bps }
      - stanag5066: { server: "127.0.0.1:5066", address: "1.2.3.4", peer_address: "1.2.3.5", sap: 6, rate: 1200bps }
`;

function problemsOf(text: string): string[] {
  const parsed = parseConfig(text, "f.yaml");
  return "problems" in parsed ? parsed.problems.map(formatProblem) : [];
}

/** Every field with its dotted key, from the top. */
function* fieldsOf(field: Field, key = ""): Generator<readonly [string, Field]> {
  yield [key, field];
  if (field.inside?.kind === "section") {
    for (const [name, child] of builtFields(field.inside.fields)) yield* fieldsOf(child, `${key}.${name}`);
  } else if (field.inside !== undefined) {
    yield* fieldsOf(field.inside.of, `${key}.*`);
  }
}

Deno.test("the files in config/ are as generated; if not: deno run --allow-write=config src/config/generate.ts", () => {
  for (const { name, text } of shippedFiles()) {
    assert.equal(Deno.readTextFileSync(new URL(name, CONFIG_FOLDER)), text, name);
  }
});

Deno.test("config/ holds nothing else", () => {
  const names = [...Deno.readDirSync(CONFIG_FOLDER)].filter((entry) => entry.isFile).map((entry) =>
    entry.name
  );
  assert.deepEqual(names.sort(), shippedFiles().map((file) => file.name).sort());
});

for (const { name, text } of shippedFiles().filter((file) => file.name.endsWith(".yaml"))) {
  Deno.test(`${name} has no problems, and editors find none by schema.json`, () => {
    assert.deepEqual(problemsOf(text), []);
    assert.ok(text.startsWith("# yaml-language-server: $schema=./schema.json\n"));
    assert.equal(schemaAccepts(text), true);
  });
}

function schemaAccepts(text: string): boolean {
  const schema = fromJSONSchema(jsonSchema() as Parameters<typeof fromJSONSchema>[0]);
  return schema.safeParse(parse(text)).success;
}

Deno.test("schema.json refuses unknown keys, wrong types, bad texts and bad names of peers", () => {
  const carriers = "carriers: [{ tcp: { connect: 'b:1' } }]";
  assert.ok(schemaAccepts(`domain: a\npeers: { b: { domains: [b], ${carriers} } }\n`));
  for (
    const text of [
      "data: x\n",
      "domain: a\nrooms: {}\n",
      "domain: 5\n",
      "domain: a\nlog: { level: trace }\n",
      "domain: a\nlimits: { connections: 0 }\n",
      "domain: a\nlimits: { negotiation_time: 5 weeks }\n",
      `domain: a\npeers: { "b c": { domains: [b], ${carriers} } }\n`,
      "domain: a\npeers: { b: { domains: [b], carriers: [{}] } }\n",
      `domain: a\npeers: { b: { domains: [b], ${carriers}, rules: [fold] } }\n`,
    ]
  ) {
    assert.ok(!schemaAccepts(text), text);
  }
});

Deno.test("ship.yaml and shore.yaml are the two ends of one link, on ports of their own", () => {
  const [ship, shore] = ["ship.yaml", "shore.yaml"].map((name) => {
    const text = shippedFiles().find((file) => file.name === name)?.text ?? "";
    const parsed = parseConfig(text, name);
    assert.ok("config" in parsed);
    return parsed.config;
  });
  assert.ok(ship !== undefined && shore !== undefined);
  const call = tcpOf(ship.peers.get("shore")?.carriers[0]);
  const answer = tcpOf(shore.peers.get("ship")?.carriers[0]);
  assert.deepEqual(call?.connect, answer?.listen);
  assert.deepEqual(ship.peers.get("shore")?.domains, [shore.domain]);
  assert.deepEqual(shore.peers.get("ship")?.domains, [ship.domain]);
  const listeners = [ship, shore].flatMap(({ clients }) => [clients.starttls?.listen, clients.tls?.listen]);
  const endpoints = [...listeners, answer?.listen];
  assert.ok(endpoints.every((endpoint) => endpoint?.host === "127.0.0.1"));
  assert.equal(new Set(endpoints.map((endpoint) => endpoint?.port)).size, 5);
  assert.notEqual(ship.data, shore.data);
});

Deno.test("the starter is right with every key switched on, and shows the defaults", () => {
  const everything = starterConfig().replace(/^( *)#(?! \S| {3}halyard)/gm, "$1");
  assert.deepEqual(problemsOf(everything), []);
  const [on, off] = [everything, starterConfig()].map((text) => {
    const parsed = parseConfig(text, "f.yaml");
    assert.ok("config" in parsed);
    return parsed.config;
  });
  assert.deepEqual(on?.limits, off?.limits);
  assert.deepEqual(on?.log, off?.log);
  const least = parseConfig(
    "domain: a\npeers: { b: { domains: [b], carriers: [{ tcp: { connect: 'b:1' } }] } }\n",
    "f.yaml",
  );
  assert.ok("config" in least);
  const [peer, byDefault] = [on?.peers.get("shore"), least.config.peers.get("b")];
  const shared = ["profile", "compression", "shorten", "rules", "queue", "presence"] as const;
  for (const key of shared) assert.deepEqual(peer?.[key], byDefault?.[key], key);
  const [carrier, carrierByDefault] = [tcpOf(peer?.carriers[0]), tcpOf(byDefault?.carriers[0])];
  for (const key of ["connectTimeoutMs", "retryFirstMs", "retryMostMs"] as const) {
    assert.equal(carrier?.[key], carrierByDefault?.[key], key);
  }
});

Deno.test("the starter names every key that is built", () => {
  const text = starterConfig();
  for (const [key] of fieldsOf(root)) {
    const name = key.split(".").at(-1) ?? "";
    // The language of rules has a page of its own (docs/rules.md).
    if (key.includes(".rules.")) continue;
    if (name !== "" && name !== "*" && name !== "insecure") {
      assert.match(text, new RegExp(`\\b${name}:`), key);
    }
  }
});

Deno.test("the starter names the file it is written to", () => {
  assert.match(starterConfig("x/y.yaml"), /halyard run --config x\/y\.yaml\n/);
  assert.doesNotMatch(starterConfig(), /FILE/);
});

Deno.test("the configuration of the contract is read once what is not built is taken out", () => {
  assert.deepEqual(problemsOf(CONTRACT.replace(/^!.*\n/gm, "")), []);
});

Deno.test("the configuration of the contract has no other problem than what is not built", () => {
  const problems = problemsOf(CONTRACT.replace(/^!/gm, ""));
  assert.deepEqual(
    problems.map((problem) =>
      /^f\.yaml:(\d+):\d+: `(\w+)` is not built into this version/.exec(problem)?.slice(1)
    ),
    [["7", "websocket"], ["9", "rooms"], ["10", "admin"]],
  );
});

Deno.test("every key is explained in one sentence", () => {
  for (const [key, field] of fieldsOf(root)) assert.match(field.about, /^[A-Z`][^\n]*\.$/, key);
});

Deno.test("the reference names every key with its default", () => {
  const reference = configReference();
  const rows = [
    "| `domain` | domain | required | The domain served here; users are name@domain. |",
    "| `rooms` | section | not built yet | Chat rooms at a domain of their own (XEP-0045). |",
    "| `clients.tls.listen` | address:port | `0.0.0.0:5223` | IP address and port of the listener. |",
    "| `peers.<name>.queue.age` | duration | `24h` | Longest wait; then the sender gets `remote-server-timeout`. |",
    "| `peers.<name>.carriers[].tcp.retry_most` | duration | `5m` | Longest wait between calls. |",
    "| `log.format` | `text`, `json` | `text` | `text` for people, `json` for programs; one event a line. |",
  ];
  for (const row of rows) assert.ok(reference.includes(`\n${row}\n`), row);
  for (const line of reference.trimEnd().split("\n")) assert.equal(line.split(/(?<!\\)\|/).length, 6, line);
});

Deno.test("the limits on stanzas are those of the XML reader", () => {
  const parsed = parseConfig("domain: a\n", "f.yaml");
  assert.ok("config" in parsed);
  const { limits } = parsed.config;
  assert.deepEqual(DEFAULT_XML_LIMITS, {
    stanzaSizeBytes: limits.stanzaSizeBytes,
    depth: limits.stanzaDepth,
    attributes: limits.stanzaAttributes,
    elements: limits.stanzaElements,
  });
});
