import type { Dice } from "../support/dice.ts";

export const CLIENT_PORT = 5221;
export const HOSTS: Readonly<Record<string, string>> = {
  ship: "192.0.2.1",
  shore: "192.0.2.2",
  isle: "192.0.2.3",
};

/** Where the shore is called by each of the others. */
const LINK_PORTS: Readonly<Record<string, number>> = { ship: 5270, isle: 5271 };

type Sides = readonly [string, ...string[]];

/** What kind of voyage it is. */
export interface Plan {
  /** The shore is linked with all others, and they with the shore only. */
  readonly sides: Sides;
  readonly rateBps: number | undefined;
  readonly delayMs: number;
  readonly rules: string;
  readonly compression: string;
  /** The bound on the queue is small, and messages expire. */
  readonly isTight: boolean;
  readonly queueStanzas: number;
  /**
   * Where servers crash and people break off. Who is refused something has to hear of it, and between a server and its
   * client nothing survives a break: so where messages are refused, one side only is fragile.
   */
  readonly fragile: readonly string[];
  areLinked(a: string, b: string): boolean;
}

export function planOf(dice: Dice): Plan {
  const isTight = dice.below(2) === 0;
  const sides = dice.pick<Sides>([["ship", "shore"], ["ship", "shore"], ["ship", "shore", "isle"]]);
  return {
    sides,
    fragile: isTight ? [dice.pick(sides)] : sides,
    rateBps: dice.pick([undefined, 300, 2_400, 64_000]),
    delayMs: dice.pick([0, 20, 700]),
    rules: dice.pick(["none", "hf"]),
    compression: dice.pick(["deflate", "deflate", "none"]),
    isTight,
    queueStanzas: isTight ? dice.between(3, 25) : 5_000,
    areLinked: (a, b) => a !== b && (a === "shore" || b === "shore"),
  };
}

/** The configuration of a server. */
export function siteOf(side: string, plan: Plan): string {
  const peers = plan.sides.filter((other) => plan.areLinked(side, other));
  return `
domain: ${side}.example
clients:
  plaintext: { listen: "${HOSTS[side]}:${CLIENT_PORT}", insecure: true }
peers:
${peers.map((peer) => peerOf(side, peer, plan)).join("")}`;
}

function peerOf(side: string, peer: string, { rateBps, rules, compression, queueStanzas }: Plan): string {
  const end = side === "shore"
    ? `listen: "${HOSTS[side]}:${LINK_PORTS[peer]}"`
    : `connect: "${HOSTS[peer]}:${LINK_PORTS[side]}"`;
  const rate = rateBps === undefined ? "" : `, rate: ${rateBps}bps`;
  return `  ${peer}:
    domains: [${peer}.example]
    profile: halyard
    compression: ${compression}
    rules: ${rules}
    queue: { stanzas: ${queueStanzas} }
    carriers:
      - tcp: { ${end}, allow_from: ["${HOSTS[peer]}"]${rate} }
`;
}
