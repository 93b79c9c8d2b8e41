import { jsonSchemaText } from "./json_schema.ts";

/** A file to be written: its name and its text. */
export interface GeneratedFile {
  readonly name: string;
  readonly text: string;
}

/**
 * The commented configuration that `halyard init` writes. It works as it is. Its first line names `schema.json`
 * beside it (`jsonSchemaText`), by which editors check it.
 * @param file the name that the commands in its first lines use
 */
export function starterConfig(file = "halyard.yaml"): string {
  return STANDALONE.replaceAll("FILE", file);
}

/** The files of the folder `config/`. */
export function shippedFiles(): GeneratedFile[] {
  return [
    { name: "standalone.yaml", text: starterConfig("config/standalone.yaml") },
    { name: "ship.yaml", text: SHIP },
    { name: "shore.yaml", text: SHORE },
    { name: "schema.json", text: jsonSchemaText() },
  ];
}

const STANDALONE = `# yaml-language-server: $schema=./schema.json
# Halyard, one server. It works as it is:
#   halyard check --config FILE
#   halyard run --config FILE
# Keys behind a # are off and show the default or an example; take the # away to switch them on.
# Durations are 500ms, 30s, 5m, 2h, 7d; sizes 512B, 64KiB, 1MiB; rates 2400bps, 9.6kbps.
# Paths are relative to this file.

# The domain served here; users are name@ship.example.
domain: ship.example

# Folder for the database and the generated certificate.
data: ./data

# A certificate of your own. Without it a self-signed one is made at first start and kept in data.
#tls: { certificate: cert.pem, key: key.pem }

# Where clients come in: only what is named here is opened.
clients:
  # Start in the clear, then TLS (RFC 6120).
  starttls: { listen: "0.0.0.0:5222" }
  # TLS from the first byte (XEP-0368).
  tls: { listen: "0.0.0.0:5223" }
  # No TLS; for programs on this machine.
  #plaintext: { listen: "127.0.0.1:5221" }

# The servers across the links, each under a name of your choice.
#peers:
#  shore:
#    # Domains that the peer speaks for.
#    domains: [shore.example]
#    # Language on the link; both ends need the same. Other vendors' servers speak xep-0361 too.
#    profile: xep-0361
#    # With profile halyard: proof of who sends, by a key that both ends hold (halyard key make shore.key).
#    # auth: { mode: seal, key_file: shore.key }
#    # deflate or none; both ends need the same.
#    compression: deflate
#    # With profile halyard: random ids cross as short ones, and stanzas by what is new in them.
#    shorten: true
#    # What is done to stanzas before they cross: a preset (none, satcom, hf, text-only), or a list
#    # of presets and rules such as: [hf, { match: { kind: iq, child: vcard-temp }, answer: forbidden }]
#    rules: hf
#    # Stanzas that wait for the link.
#    queue: { stanzas: 5000, size: 8MiB, age: 24h, highest_precedence: flash }
#    # Senders can be told that their message waits and why, after 30s for instance.
#    tell_waiting: off
#    quiet_hours: ["22:00-06:00"]
#    # While the link is down: hold shows the peer's users as last seen for max_stale, and since when;
#    # keep does not say since when; strict shows them offline after grace.
#    # damp: least time between two changes of presence that cross, after many; 0s crosses all.
#    # after_break: in profile xep-0361, trust: after a break only what has changed crosses.
#    # by_domain: in profile halyard, presence for all contacts of a domain crosses once.
#    presence: { on_link_down: hold, max_stale: 30m, grace: 1m, damp: 20s, by_domain: true, after_break: ask }
#    # Answers of the peer's side that are kept here, and for how long.
#    caches:
#      enabled: true
#      # subscribers or account: whom an answer serves that is not for everybody.
#      share: subscribers
#      entries: 10000
#      size: 32MiB
#      capabilities: 90d
#      client_info: 1d
#      disco: 6h
#      vcard: 1d
#      avatar: 90d
#      avatar_metadata: 7d
#      version: 1d
#      errors: 5m
#      wait: 10m
#    # Ways to the peer, the preferred one first.
#    carriers:
#      - tcp:
#          # Whom to call; without it the peer has to call.
#          connect: "203.0.113.5:5270"
#          # Where the peer may call; without it the peer cannot.
#          listen: "0.0.0.0:5270"
#          # Who may call; without it the address in connect.
#          allow_from: ["203.0.113.5"]
#          # What the carrier bears, for estimates of air time.
#          rate: 9600bps
#          # TLS with the one certificate that the peer may show (SHA-256, hexadecimal). Without it plain TCP.
#          tls:
#            peer_fingerprint: "${"00".repeat(32)}"
#          connect_timeout: 2m
#          retry_first: 2s
#          retry_most: 5m
#          turnaround: 0s
#          ack_timeout: 2m
#          idle_close: 30m
#  base:
#    domains: [base.example]
#    profile: halyard
#    carriers:
#      - stanag5066:
#          # The SIS server of our own node, its address and the address of the peer's node.
#          server: "127.0.0.1:5066"
#          address: "1.2.3.4"
#          peer_address: "1.2.3.5"
#          sap: 6
#          peer_sap: 6
#          connection: 0
#          application_id: 32768
#          rank: 0
#          # Who confirms: the peer's node, or its client, which costs a turnaround more.
#          confirmation: node
#          xep0365: "0.2.1"
#          # What the channel bears, how long it takes to turn it around, and the longest transmission.
#          rate: 1200bps
#          turnaround: 2s
#          transmission: 127s

# Bounds on what others can make the server hold.
#limits:
#  stanza_size: 256KiB
#  stanza_depth: 64
#  stanza_attributes: 64
#  stanza_elements: 8192
#  unauthenticated_size: 64KiB
#  negotiation_time: 30s
#  sessions_per_account: 16
#  connections: 5000
#  connections_per_address: 64
#  offline_messages: 1000
#  offline_size: 4MiB
#  vcard_size: 64KiB
#  roster_items: 1000
#  unsent_size: 1MiB

# What the server writes about itself: debug, info, warn or error; text or json.
#log: { level: info, format: text }
`;

const SHIP = `# yaml-language-server: $schema=./schema.json
# Ship: the end of the link that calls. With shore.yaml on the same machine, in two terminals:
#   halyard run --config config/shore.yaml
#   halyard run --config config/ship.yaml
# standalone.yaml explains every key.

domain: ship.example
data: ./data-ship

clients:
  starttls: { listen: "127.0.0.1:5222" }
  tls: { listen: "127.0.0.1:5223" }

peers:
  shore:
    domains: [shore.example]
    profile: halyard
    compression: deflate
    rules: hf
    carriers:
      # On two machines: the address of the shore. The rate only serves estimates; nothing is slowed down.
      - tcp: { connect: "127.0.0.1:5370", rate: 2400bps }
`;

const SHORE = `# yaml-language-server: $schema=./schema.json
# Shore: the end of the link that is called. With ship.yaml on the same machine, in two terminals:
#   halyard run --config config/shore.yaml
#   halyard run --config config/ship.yaml
# standalone.yaml explains every key.

domain: shore.example
data: ./data-shore

clients:
  starttls: { listen: "127.0.0.1:5322" }
  tls: { listen: "127.0.0.1:5323" }

peers:
  ship:
    domains: [ship.example]
    profile: halyard
    compression: deflate
    rules: hf
    carriers:
      # On two machines: listen on "0.0.0.0:5370" and name the ship in allow_from: ["198.51.100.7"].
      - tcp: { listen: "127.0.0.1:5370", rate: 2400bps }
`;
