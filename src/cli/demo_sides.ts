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
  /** Address of its STANAG 5066 node, where the link is one over HF. */
  readonly node: string;
}

/** The ship: it calls the shore. */
export const SHIP: DemoSide = {
  peer: "ship",
  domain: "ship.example",
  username: "romeo",
  password: "romeo",
  ports: { starttls: 5222, tls: 5223, plaintext: 5221 },
  linkHost: "192.0.2.1",
  node: "1.2.3.4",
};

/** The shore: it is called. */
export const SHORE: DemoSide = {
  peer: "shore",
  domain: "shore.example",
  username: "juliet",
  password: "juliet",
  ports: { starttls: 6222, tls: 6223, plaintext: 6221 },
  linkHost: "192.0.2.2",
  node: "1.2.3.5",
};

/** The configuration of one end, as an operator would write it. */
export function demoConfig(side: DemoSide, other: DemoSide, carrier: string): string {
  return `
domain: ${side.domain}
clients:
  starttls:  { listen: "127.0.0.1:${side.ports.starttls}" }
  tls:       { listen: "127.0.0.1:${side.ports.tls}" }
  plaintext: { listen: "127.0.0.1:${side.ports.plaintext}" }
peers:
  ${other.peer}:
    domains: [${other.domain}]
    profile: halyard
    rules: hf
    carriers:
      - ${carrier}
`;
}
