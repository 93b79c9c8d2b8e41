import type { ServerStatus } from "../server.ts";
import { type DemoSide, SHIP, SHORE } from "./demo_sides.ts";
import type { DemoWay } from "./demo_way.ts";
import { peerLines } from "./status_view.ts";

/** What the demo says before it is ready: how to connect clients to it. */
export function hello({ title }: DemoWay): string[] {
  return [
    `Halyard demo: ship and shore, joined by ${title}.`,
    "",
    "Connect any XMPP client on this machine (the certificates are self-signed: accept them):",
    ...[SHIP, SHORE].map(connectLine),
    "The two are in one another's contact lists.",
    "",
  ];
}

function connectLine({ username, domain, password, ports }: DemoSide): string {
  const { starttls, tls, plaintext } = ports;
  return `  ${username}@${domain}  password ${password}  server 127.0.0.1  ` +
    `port ${starttls} (STARTTLS), ${tls} (direct TLS), ${plaintext} (no TLS)`;
}

/** The one-screen view. */
export function demoLines(servers: readonly ServerStatus[], way: DemoWay): string[] {
  const lines = [...hello(way), ...way.lines(), ""];
  for (const { domain, clients, peers, nowMs } of servers) {
    lines.push(`${domain}: ${clients} clients`);
    for (const peer of peers) lines.push(...peerLines(peer, nowMs).map((line) => `  ${line}`));
    lines.push("");
  }
  lines.push("Ctrl+C ends the demo.");
  return lines;
}
