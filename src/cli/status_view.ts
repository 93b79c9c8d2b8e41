import { PRECEDENCES } from "../config/mod.ts";
import type { CacheStatus, PeerStatus, ServerStatus } from "../server.ts";
import { durationText, sizeText } from "./units.ts";

/** A server's state as lines for people. */
export function statusLines(status: ServerStatus): string[] {
  const up = durationText(status.nowMs - status.startedMs);
  return [
    `${status.domain}: up ${up}, ${status.clients} clients, halyard ${status.version}`,
    ...status.peers.flatMap((peer) => {
      const caches = status.caches.filter((cache) => cache.peer === peer.name);
      return ["", ...peerLines(peer, status.nowMs), ...caches.flatMap(cacheLines)];
    }),
  ];
}

/** One link's state as lines for people. */
export function peerLines(peer: PeerStatus, nowMs: number): string[] {
  const { queue, bytes, stanzas } = peer;
  const via = peer.carrier === undefined ? "" : ` over ${peer.carrier}`;
  const heard = peer.lastHeardMs === undefined ? "never" : `${durationText(nowMs - peer.lastHeardMs)} ago`;
  const lines = [
    `${peer.name} (${peer.domains.join(", ")}): link ${peer.state}${via} since ${
      durationText(nowMs - peer.sinceMs)
    }, last heard ${heard}`,
    ...(peer.trouble === undefined ? [] : [`  trouble: ${peer.trouble}`]),
    queue.stanzas === 0
      ? "  waiting: nothing"
      : `  waiting: ${queue.stanzas} stanzas${levelsText(queue.byPrecedence)}, ${
        sizeText(queue.sizeBytes)
      }, oldest ${durationText(queue.oldestAgeMs ?? 0)}${
        queue.airtimeMs === undefined ? "" : `, about ${durationText(queue.airtimeMs)} on the air`
      }`,
    ...(peer.unacknowledged === undefined ? [] : [`  not yet confirmed: ${peer.unacknowledged} stanzas`]),
    `  sent:     ${stanzas.out} stanzas, ${ratio(bytes.rawOut, bytes.linkOut)}`,
    `  received: ${stanzas.in} stanzas, ${ratio(bytes.rawIn, bytes.linkIn)}`,
  ];
  for (const rule of peer.savings) {
    lines.push(`  ${rule.rule}: ${rule.stanzas} stanzas, ${sizeText(rule.savedBytes)} saved (${rule.why})`);
  }
  if (peer.refused > 0) {
    lines.push(`  refused: ${peer.refused} stanzas with addresses that are not the peer's or ours`);
  }
  return lines;
}

/** What is kept of one peer's answers, and what that has saved, as lines for people. */
function cacheLines({ entries, sizeBytes, voided, kinds }: CacheStatus): string[] {
  return [
    `  cache: ${entries} answers, ${sizeText(sizeBytes)}${voided === 0 ? "" : `, ${voided} voided`}`,
    ...kinds.map(({ kind, hits, merged, asked, savedBytes }) =>
      `    ${kind}: ${hits} answered here, ${merged} merged, ${asked} crossed, ${sizeText(savedBytes)} saved`
    ),
  ];
}

/** How many of each level, the highest first; empty when all are routine. */
function levelsText(byPrecedence: PeerStatus["queue"]["byPrecedence"]): string {
  const levels = PRECEDENCES.toReversed().filter((precedence) => byPrecedence[precedence] > 0);
  if (levels.every((precedence) => precedence === "routine")) return "";
  return ` (${levels.map((precedence) => `${byPrecedence[precedence]} ${precedence}`).join(", ")})`;
}

function ratio(rawBytes: number, linkBytes: number): string {
  if (rawBytes === 0) return `${sizeText(linkBytes)} on the link`;
  return `${sizeText(rawBytes)} raw, ${sizeText(linkBytes)} on the link (${
    Math.round(100 * linkBytes / rawBytes)
  } %)`;
}
