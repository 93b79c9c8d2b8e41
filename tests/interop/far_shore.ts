import { Metrics, nullLog, systemClock, systemRandom, Turn } from "../../src/base/mod.ts";
import { loadConfig } from "../../src/config/mod.ts";
import { linkPeerOf, Links } from "../../src/link/mod.ts";
import { systemNetwork } from "../../src/net/mod.ts";
import { type Hop, Router } from "../../src/router/mod.ts";
import { Jid, type Stanza, stanzaOf } from "../../src/stanza/mod.ts";
import { openStorage } from "../../src/storage/mod.ts";
import { DEFAULT_XML_LIMITS, type Element } from "../../src/xml/mod.ts";
import type { Site } from "../support/config.ts";
import { Component } from "./component.ts";

/** What a far shore is made of. */
export interface FarShoreOptions {
  /** Its configuration; of that only the peer named `ship` counts. */
  readonly site: Site;
  /** The domains of the server behind it. */
  readonly domains: readonly string[];
  /** Where that server takes components, and the secret of the one for the ship's domain. */
  readonly componentPort: number;
  readonly secret: string;
}

/**
 * The far end of a ship's link, and behind it a server of others: Halyard's own links, whose stanzas go to that server
 * as to a component of it for the ship's domain (XEP-0114), and from there back to the link.
 */
export class FarShore {
  readonly #links: Links;
  readonly #component: Component;
  readonly #dispose: () => Promise<void>;
  /** Called with each stanza that has crossed, before the server gets it. */
  onCrossed: (element: Element) => void = () => {};

  private constructor(links: Links, component: Component, dispose: () => Promise<void>) {
    this.#links = links;
    this.#component = component;
    this.#dispose = dispose;
  }

  static async start({ site, domains, componentPort, secret }: FarShoreOptions): Promise<FarShore> {
    const turn = new Turn((error) => {
      throw error;
    });
    const storage = openStorage({ path: `${site.directory}/halyard.db`, turn });
    const router = new Router(nullLog);
    const links = new Links({
      peers: [shipOf(site)],
      servedDomains: domains,
      network: systemNetwork(nullLog),
      router,
      storage,
      clock: systemClock,
      random: systemRandom,
      log: nullLog,
      metrics: new Metrics(),
      turn,
      events: { linkUp() {}, linkDown() {} },
      limits: DEFAULT_XML_LIMITS,
    });
    const component = await Component.connect({
      port: componentPort,
      domain: SHIP_DOMAIN,
      secret,
      onStanza: (element) => router.route(received(element)),
    });
    const shore = new FarShore(links, component, async () => {
      await component[Symbol.asyncDispose]();
      await links.stop();
      turn.end();
      storage.close();
    });
    router.use([links, shore.#hop(domains)]);
    await links.start();
    return shore;
  }

  /** Bytes that the link has carried, both ways. */
  get sizeBytes(): number {
    return this.#links.status().reduce((sum, { bytes }) => sum + bytes.linkIn + bytes.linkOut, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dispose();
  }

  #hop(domains: readonly string[]): Hop {
    return {
      name: "component",
      accept: ({ to, element }) => {
        if (!domains.includes(to.domain)) return false;
        this.onCrossed(element);
        this.#component.send(element);
        return true;
      },
    };
  }
}

const SHIP_DOMAIN = "ship.example";

function shipOf(site: Site): ReturnType<typeof linkPeerOf> {
  const parsed = loadConfig(site.configPath);
  const ship = "config" in parsed ? parsed.config.peers.get("ship") : undefined;
  if (ship === undefined) throw new Error(`Cannot use ${site.configPath}: it has no peer ship`);
  return linkPeerOf("ship", ship, { certificatePem: "", keyPem: "" }, undefined);
}

function received(element: Element): Stanza {
  const { from = "", to = "" } = element.attrs;
  return stanzaOf(element, Jid.of(from), Jid.of(to), { kind: "s2s", name: "component" }, systemClock.nowMs());
}
