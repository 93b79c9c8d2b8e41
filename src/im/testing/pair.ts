import { Metrics, nullLog, seededRandom, Turn } from "../../base/mod.ts";
import { type ClientSession, Router } from "../../router/mod.ts";
import type { VirtualClock } from "../../sim/clock.ts";
import type { Jid, Stanza } from "../../stanza/mod.ts";
import { openStorage, type Storage } from "../../storage/mod.ts";
import { type Element, xml } from "../../xml/mod.ts";
import { DEFAULT_IM_LIMITS, InstantMessaging, type PresencePolicy } from "../mod.ts";

/**
 * A link between two servers that keeps order, holds what comes while it is down, and loses what is on its
 * way.
 */
export class Link {
  readonly sides: Side[] = [];
  #up = false;
  #waiting: { readonly to: Side; readonly stanza: Stanza }[] = [];
  #underway: { readonly to: Side; readonly stanza: Stanza }[] = [];

  get isUp(): boolean {
    return this.#up;
  }

  send(from: Side, stanza: Stanza): void {
    const to = this.sides.find((side) => side !== from);
    if (to !== undefined) (this.#up ? this.#underway : this.#waiting).push({ to, stanza });
  }

  /** Lets all that is on its way arrive, and what that brings about. */
  arrive(): void {
    for (let next; (next = this.#underway.shift()) !== undefined;) {
      const { to, stanza } = next;
      to.router.route({ ...stanza, origin: { kind: "link", name: "peer" } });
    }
  }

  down(): void {
    this.#up = false;
    this.#underway = [];
    this.#tell("linkDown");
  }

  up(): void {
    if (this.#up) this.#underway = [];
    this.#up = true;
    this.#underway.push(...this.#waiting.splice(0));
    this.#tell("linkUp");
  }

  #tell(event: "linkUp" | "linkDown"): void {
    for (const side of this.sides) {
      const far = this.sides.filter((other) => other !== side).map((other) => other.domain);
      side.im[event]("peer", far);
    }
  }
}

const NOTHING = Uint8Array.of(0);
const KEYS = { salt: NOTHING, iterations: 4096, storedKey: NOTHING, serverKey: NOTHING };
const ITEM = { name: undefined, groups: [], subscription: "both", ask: false, approved: false } as const;

/** One of two servers with instant messaging. */
export class Side {
  readonly router = new Router(nullLog);
  readonly storage: Storage;
  readonly im: InstantMessaging;

  /** @param accounts each of whom sees, and is seen by, each of `contacts` on the other side */
  constructor(
    readonly domain: string,
    readonly accounts: readonly Jid[],
    contacts: readonly Jid[],
    link: Link,
    clock: VirtualClock,
    policy: PresencePolicy,
  ) {
    const turn = new Turn((error) => {
      throw error;
    });
    this.storage = openStorage({ path: ":memory:", turn });
    for (const { local } of accounts) {
      this.storage.accounts.create({ username: local, sha1: KEYS, sha256: KEYS });
      for (const contact of contacts) {
        const jid = contact.toString();
        this.storage.rosters.put(local, { ...ITEM, jid, pendingIn: undefined, listed: true });
      }
    }
    this.im = new InstantMessaging({
      domain,
      storage: this.storage,
      router: this.router,
      clock,
      random: seededRandom(1),
      log: nullLog,
      metrics: new Metrics(),
      limits: DEFAULT_IM_LIMITS,
      features: [],
      presenceLinks: [{ domains: contacts.map((contact) => contact.domain), policy }],
    });
    const far = (stanza: Stanza) => {
      link.send(this, stanza);
      return true;
    };
    this.router.use([this.im, { name: "link", accept: far }]);
    link.sides.push(this);
  }

  close(): void {
    this.im.stop();
    this.storage.close();
  }
}

/** A client that keeps account of what it was told of others. */
export class Viewer implements ClientSession {
  readonly jid: Jid;
  /** The show of each full JID that is available to this client's knowledge. */
  readonly view = new Map<string, string>();
  readonly #im: InstantMessaging;

  constructor(side: Side, jid: Jid) {
    this.#im = side.im;
    this.jid = jid;
    this.#im.attach(this);
  }

  announce(show: string): void {
    this.#im.receive(this, xml("presence", {}, xml("show", {}, show)));
  }

  leave(): void {
    this.#im.detach(this);
  }

  send(element: Element): boolean {
    const { from = "", type } = element.attrs;
    if (element.name !== "presence" || from.startsWith(this.jid.bare.toString())) return true;
    if (type === undefined) this.view.set(from, element.getChildText("show") ?? "");
    else if (type === "unavailable") this.#forget(from);
    return true;
  }

  whenSent(): void {}

  end(): void {
    this.leave();
  }

  #forget(from: string): void {
    for (const jid of this.view.keys()) {
      if (jid === from || jid.startsWith(`${from}/`)) this.view.delete(jid);
    }
  }
}
