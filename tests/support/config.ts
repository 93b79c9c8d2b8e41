import { randomFraction, systemRandom } from "../../src/base/mod.ts";
import type { Endpoint } from "../../src/net/mod.ts";

/** A server's configuration in a directory of its own, and where it listens. */
export interface Site {
  readonly domain: string;
  readonly directory: string;
  readonly configPath: string;
  readonly ports: Ports;
}

/** Free loopback ports, one for each listener. */
export interface Ports {
  readonly starttls: number;
  readonly tls: number;
  readonly plaintext: number;
  readonly link: number;
}

/** A peer as the configuration names it. */
export interface PeerChoice {
  readonly domain: string;
  /** Further domains for which it speaks. */
  readonly alsoDomains?: readonly string[];
  /** Port on loopback to call, of the peer or of a relay in between; absent: only accepts calls. */
  readonly connectPort?: number;
  readonly rate?: string;
  /** `xep-0361` unless given. */
  readonly profile?: "halyard" | "xep-0361";
  /** `deflate` unless given. */
  readonly compression?: "deflate" | "none";
  /** `hf` unless given. */
  readonly rules?: "none" | "hf";
  /** As by default unless given. */
  readonly shorten?: boolean;
  /** Proof of what crosses, as it stands in the file. */
  readonly auth?: { readonly mode: "sign" | "seal"; readonly key_file: string };
  /** As they stand in the file; one of TCP unless given. */
  readonly carriers?: readonly unknown[];
}

/** What a test wants otherwise than by default. */
export interface SiteChoice {
  readonly peers?: Readonly<Record<string, PeerChoice>>;
  /** Keys of `limits` as they stand in the file. */
  readonly limits?: Readonly<Record<string, string | number>>;
  readonly log?: { readonly level: string; readonly format: string };
}

/** Ports that no system gives to outgoing connections: one of those might take the port of a server that restarts. */
const PORTS = { first: 20_000, count: 12_000 } as const;

/** `count` ports that nobody listens on now. */
export function freePorts(count: number): number[] {
  const listeners = Array.from({ length: count }, listenSomewhere);
  const ports = listeners.map((listener) => listener.addr.port);
  for (const listener of listeners) listener.close();
  return ports;
}

function listenSomewhere(): Deno.TcpListener {
  for (;;) {
    const port = PORTS.first + Math.floor(randomFraction(systemRandom) * PORTS.count);
    try {
      return Deno.listen({ hostname: "127.0.0.1", port });
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

export function loopback(port: number): Endpoint {
  return { host: "127.0.0.1", port };
}

/** A directory that goes away when its scope ends. */
export class Scratch {
  readonly path = Deno.makeTempDirSync({ prefix: "halyard-test-" });

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

export function pickPorts(): Ports {
  const [starttls = 0, tls = 0, plaintext = 0, link = 0] = freePorts(4);
  return { starttls, tls, plaintext, link };
}

/** Writes the configuration of a server with all client listeners, into a folder of its own below `root`. */
export async function writeSite(
  root: string,
  domain: string,
  ports: Ports,
  { peers = {}, ...rest }: SiteChoice = {},
): Promise<Site> {
  const directory = `${root}/${domain}`;
  await Deno.mkdir(directory, { recursive: true });
  const config = {
    domain,
    data: "./data",
    clients: {
      starttls: { listen: at(ports.starttls) },
      tls: { listen: at(ports.tls) },
      plaintext: { listen: at(ports.plaintext) },
    },
    peers: Object.fromEntries(Object.entries(peers).map(([name, peer]) => [name, peerSection(peer, ports)])),
    ...rest,
  };
  const configPath = `${directory}/halyard.yaml`;
  // JSON is YAML.
  await Deno.writeTextFile(configPath, `${JSON.stringify(config, null, 2)}\n`);
  return { domain, directory, configPath, ports };
}

function at(port: number): string {
  return `127.0.0.1:${port}`;
}

function peerSection(
  choice: PeerChoice,
  ports: Ports,
) {
  const { domain, alsoDomains = [], connectPort, rate, shorten, auth, carriers } = choice;
  const { profile = "xep-0361", compression = "deflate", rules = "hf" } = choice;
  const tcp = {
    ...(connectPort === undefined ? {} : { connect: at(connectPort) }),
    listen: at(ports.link),
    allow_from: ["127.0.0.1"],
    ...(rate === undefined ? {} : { rate }),
    retry_first: "200ms",
    retry_most: "1s",
  };
  return {
    domains: [domain, ...alsoDomains],
    profile,
    ...(shorten === undefined ? {} : { shorten }),
    ...(auth === undefined ? {} : { auth }),
    compression,
    rules,
    // Clients that are programs come and go faster than people.
    presence: { damp: "0s" },
    carriers: carriers ?? [{ tcp }],
  };
}
