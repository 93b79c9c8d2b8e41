import { DEFAULT_PRESENCE_POLICY, type PresenceLink, type PresencePolicy } from "./presence_policy.ts";

interface Way {
  readonly policy: PresencePolicy;
  readonly up: boolean;
  /** The value of `Ways.moment` when it last went up or down. */
  readonly changed: number;
}

/** To a domain that lies behind no link. */
const NO_LINK: Way = { policy: DEFAULT_PRESENCE_POLICY, up: true, changed: 0 };

/** The links as presence sees them: which domains can be reached, and since when without a break. */
export class Ways {
  readonly #ways = new Map<string, Way>();
  #moment = 0;

  /** @param links all down at first */
  constructor(links: readonly PresenceLink[]) {
    for (const { domains, policy } of links) {
      for (const domain of domains) this.#ways.set(domain, { policy, up: false, changed: 0 });
    }
  }

  /** Counts the times that any link went up or down: a clock that only breaks move. */
  get moment(): number {
    return this.#moment;
  }

  policy(domain: string): PresencePolicy {
    return this.#way(domain).policy;
  }

  isUp(domain: string): boolean {
    return this.#way(domain).up;
  }

  /** The domains behind links that are up. */
  get up(): string[] {
    return [...this.#ways].filter(([, { up }]) => up).map(([domain]) => domain);
  }

  /** Whether a domain lies behind a link. */
  isLinked(domain: string): boolean {
    return this.#ways.has(domain);
  }

  /** Whether the link to a domain has carried traffic without a break since `moment`. */
  lastsSince(domain: string, moment: number): boolean {
    const { up, changed } = this.#way(domain);
    return up && changed <= moment;
  }

  /** A link went up, even if it seemed to be up already, or down. */
  changed(domains: readonly string[], up: boolean): void {
    this.#moment++;
    for (const domain of domains) {
      this.#ways.set(domain, { policy: this.policy(domain), up, changed: this.#moment });
    }
  }

  #way(domain: string): Way {
    return this.#ways.get(domain) ?? NO_LINK;
  }
}
