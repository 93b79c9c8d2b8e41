/** One end of the demo. */
export interface DemoSide {
  readonly peer: string;
  readonly domain: string;
  readonly username: string;
  readonly password: string;
  /** Ports on loopback where clients connect: STARTTLS, direct TLS, and without TLS. */
  readonly ports: { readonly starttls: number; readonly tls: number; readonly plaintext: number };
  /** Name of this end on the simulated link. */
  readonly linkHost: string;
}

const LINK_PORT = 5270;

/** The ship: it calls the shore. */
export const SHIP: DemoSide = {
  peer: "ship",
  domain: "ship.example",
  username: "romeo",
  password: "romeo",
  ports: { starttls: 5222, tls: 5223, plaintext: 5221 },
  linkHost: "192.0.2.1",
};

/** The shore: it is called. */
export const SHORE: DemoSide = {
  peer: "shore",
  domain: "shore.example",
  username: "juliet",
  password: "juliet",
  ports: { starttls: 6222, tls: 6223, plaintext: 6221 },
  linkHost: "192.0.2.2",
};

/** The configuration of one end, as an operator would write it. */
export function demoConfig(side: DemoSide, other: DemoSide, rateBps: number): string {
  const calls = side === SHIP
    ? `connect: "${other.linkHost}:${LINK_PORT}"`
    : `listen: "${side.linkHost}:${LINK_PORT}"`;
  return `
domain: ${side.domain}
clients:
  starttls:  { listen: "127.0.0.1:${side.ports.starttls}" }
  tls:       { listen: "127.0.0.1:${side.ports.tls}" }
  plaintext: { listen: "127.0.0.1:${side.ports.plaintext}" }
peers:
  ${other.peer}:
    domains: [${other.domain}]
    profile: xep-0361
    compression: deflate
    rules: hf
    carriers:
      - tcp: { ${calls}, allow_from: ["${other.linkHost}"], rate: ${rateBps}bps }
`;
}
