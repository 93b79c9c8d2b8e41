import assert from "node:assert/strict";
import { Metrics, nullLog, seededRandom, Turn } from "../../base/mod.ts";
import { type ClientSession, type Feature, Router } from "../../router/mod.ts";
import { VirtualClock } from "../../sim/clock.ts";
import { Jid, type Origin, type Stanza, stanzaOf, type StreamError } from "../../stanza/mod.ts";
import { openStorage, type RosterItem, type Storage, type StoredKeys } from "../../storage/mod.ts";
import { type Element, readXml, writeXml } from "../../xml/mod.ts";
import { DEFAULT_IM_LIMITS, DEFAULT_PRESENCE_POLICY, type ImLimits, InstantMessaging } from "../mod.ts";
import type { PresencePolicy } from "../mod.ts";

/** Served by the instant messaging under test. */
export const SHIP = "ship.example";
/** Behind a link. */
export const SHORE = "shore.example";
/** No hop takes what goes there. */
const NOWHERE = "nowhere.example";

const FROM_SHORE: Origin = { kind: "link", name: "shore" };

export interface WorldOptions {
  readonly limits?: Partial<ImLimits>;
  readonly policy?: Partial<PresencePolicy>;
  readonly features?: readonly Feature[];
  /** Whether the link to the shore is up from the start; it is unless said otherwise. */
  readonly linkUp?: boolean;
}

/**
 * One server's instant messaging with clients and a far side, all of it scripted: stanzas go in as XML and
 * come out as XML. Accounts are romeo, benvolio and mercutio; `juliet@shore.example` and the like are far
 * away.
 */
export class World {
  readonly clock = new VirtualClock(Date.UTC(2026, 6, 1, 10));
  readonly metrics = new Metrics();
  readonly storage: Storage;
  im: InstantMessaging;
  readonly #options: WorldOptions;
  readonly #random = seededRandom(1);
  #router = new Router(nullLog);
  #sent: string[] = [];

  constructor(options: WorldOptions = {}) {
    const turn = new Turn((error) => {
      throw error;
    });
    this.storage = openStorage({ path: ":memory:", turn });
    for (const username of ["romeo", "benvolio", "mercutio"]) {
      this.storage.accounts.create({ username, sha1: NO_KEYS, sha256: NO_KEYS });
    }
    this.#options = options;
    this.im = this.#begin();
    if (options.linkUp !== false) this.im.linkUp("shore", [SHORE]);
  }

  /** The server ends and starts again, with the link down. @param isClean whether it ends in good order */
  restart(isClean = true): void {
    if (isClean) this.im.stop();
    this.#router = new Router(nullLog);
    this.im = this.#begin();
  }

  #begin(): InstantMessaging {
    const { limits, features = [], policy } = this.#options;
    const im = new InstantMessaging({
      domain: SHIP,
      storage: this.storage,
      router: this.#router,
      clock: this.clock,
      random: this.#random,
      log: nullLog,
      metrics: this.metrics,
      limits: { ...DEFAULT_IM_LIMITS, ...limits },
      features,
      presenceLinks: [{ domains: [SHORE], policy: { ...DEFAULT_PRESENCE_POLICY, ...policy } }],
    });
    const wire = { name: "wire", accept: (stanza: Stanza) => this.#transmit(stanza) };
    this.#router.use([im.answers, im, wire]);
    return im;
  }

  /** A client that has bound `username/resource`, and no more. */
  connect(username: string, resource: string): Client {
    const client = new Client(this.im, Jid.of(`${username}@${SHIP}/${resource}`));
    this.im.attach(client);
    return client;
  }

  /** A client that has asked for the roster and sent initial presence; what it got meanwhile is forgotten. */
  login(username: string, resource: string, presence = "<presence/>"): Client {
    const client = this.connect(username, resource);
    client.says("<iq id='roster' type='get'><query xmlns='jabber:iq:roster'/></iq>");
    client.says(presence);
    client.hears();
    return client;
  }

  /** The far side sends a stanza over the link. */
  shoreSends(xml: string): void {
    this.receive(xml, FROM_SHORE);
  }

  receive(xml: string, origin: Origin): void {
    const element = readXml(xml);
    const { from = "", to = "" } = element.attrs;
    this.#router.route(stanzaOf(element, Jid.of(from), Jid.of(to), origin, this.clock.nowMs()));
  }

  /** What has gone to other domains since the last call. */
  sent(): string[] {
    const sent = this.#sent;
    this.#sent = [];
    return sent;
  }

  /** Puts a contact into a roster that is not in use yet. */
  keeps(username: string, jid: string, item: Partial<RosterItem> = {}): void {
    const blank = { name: undefined, groups: [], subscription: "none", ask: false, approved: false } as const;
    const defaults = { ...blank, pendingIn: undefined, listed: true };
    this.storage.rosters.put(username, { ...defaults, ...item, jid });
  }

  async close(): Promise<void> {
    this.im.stop();
    await this.clock.settle();
    assert.equal(this.clock.pending, 0, "timers are left");
    this.storage.close();
  }

  #transmit(stanza: Stanza): boolean {
    if (stanza.to.domain === NOWHERE) return false;
    assert.notEqual(stanza.to.domain, SHIP, `not taken: ${writeXml(stanza.element)}`);
    this.#sent.push(show(stanza.element));
    return true;
  }
}

const NOTHING = new Uint8Array(1);
const NO_KEYS: StoredKeys = { salt: NOTHING, iterations: 4096, storedKey: NOTHING, serverKey: NOTHING };

/** A client with a bound resource. */
export class Client implements ClientSession {
  /** The stream error that ended it. */
  ended: StreamError | undefined;
  /** Refuses to queue anything, as a session does whose client reads no more. */
  full = false;
  readonly #im: InstantMessaging;
  #heard: string[] = [];
  #unsent: (() => void)[] = [];

  constructor(im: InstantMessaging, readonly jid: Jid) {
    this.#im = im;
  }

  says(...stanzas: string[]): void {
    for (const xml of stanzas) this.#im.receive(this, readXml(xml));
  }

  /** What it has been sent since the last call; versions of rosters are made `N`. */
  hears(): string[] {
    const heard = this.#heard;
    this.#heard = [];
    return heard;
  }

  /** The network has taken all that was sent. */
  flush(): void {
    const unsent = this.#unsent;
    this.#unsent = [];
    for (const done of unsent) done();
  }

  /** The connection breaks. */
  breaks(): void {
    this.#unsent = [];
    this.#im.detach(this);
  }

  send(element: Element): boolean {
    if (this.full || this.ended !== undefined) return false;
    this.#heard.push(show(element));
    return true;
  }

  whenSent(done: () => void): void {
    this.#unsent.push(done);
  }

  end(error: StreamError): void {
    this.ended ??= error;
    this.breaks();
  }
}

function show(element: Element): string {
  return writeXml(element).replace(/ ver='\d+'/, " ver='N'").replace(/ id='push-\d+'/, " id='push'");
}

/** Runs a test in a world of its own. */
export function inWorld(
  name: string,
  body: (world: World) => void | Promise<void>,
  options: WorldOptions = {},
): void {
  Deno.test(name, async () => {
    const world = new World(options);
    try {
      await body(world);
    } finally {
      await world.close();
    }
  });
}

/** A roster push to a resource, as `Client.hears` shows it. @param item the item as XML */
export function push(to: string, item: string): string {
  return `<iq type='set' id='push' to='${to}'><query xmlns='jabber:iq:roster' ver='N'>${item}</query></iq>`;
}

/** An error as it is appended to a stanza. */
export function error(type: string, condition: string): string {
  return `<error type='${type}'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;
}
