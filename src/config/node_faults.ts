import { type Fault, isMapping, type KeyPath } from "./fault.ts";
import { serverOf } from "./stanag5066.ts";

type Keys = Readonly<Record<string, unknown>>;

/** A carrier over STANAG 5066 as it stands in the file. */
export interface FoundNode {
  readonly path: KeyPath;
  readonly keys: Keys;
}

const DEFAULTS: Keys = { sap: 6, connection: 0, application_id: 32_768, rank: 0, confirmation: "node" };

function valueOf(keys: Keys, key: string): unknown {
  return keys[key] ?? DEFAULTS[key];
}

/** What is wrong with each, and between them: carriers that share a bind, or lead to the same place. */
export function nodeFaults(nodes: readonly FoundNode[]): Fault[] {
  return nodes.flatMap((node, index) => [
    ...toItself(node),
    ...nodes.slice(0, index).filter((earlier) => bindOf(earlier) === bindOf(node)).flatMap((earlier) => [
      ...sameRoad(earlier, node),
      ...otherBind(earlier, node),
    ]),
  ]);
}

/** In profile `xep-0361` nothing tells which stanzas crossed, so they cannot move from one carrier to another. */
export function nodeAmongOthers(path: KeyPath, peer: unknown): Fault[] {
  if (!isMapping(peer) || (peer.profile ?? "xep-0361") !== "xep-0361" || !Array.isArray(peer.carriers)) {
    return [];
  }
  const at = peer.carriers.findIndex((carrier) => isMapping(carrier) && carrier.stanag5066 !== undefined);
  if (at < 0 || peer.carriers.length === 1) return [];
  const message = "in profile xep-0361 `stanag5066` must be the only carrier; " +
    "use `profile: halyard` to change between carriers without loss";
  return [{ path: [...path, "carriers", at, "stanag5066"], at: "key", message }];
}

function bindOf({ keys }: FoundNode): string {
  return `${serverOf(keys)} ${valueOf(keys, "sap")}`;
}

function toItself({ path, keys }: FoundNode): Fault[] {
  if (keys.address === undefined || keys.address !== keys.peer_address) return [];
  const message = `${keys.address} is our own node; give the address of the peer's`;
  return [{ path: [...path, "peer_address"], at: "value", message }];
}

function sameRoad(earlier: FoundNode, node: FoundNode): Fault[] {
  const placeOf = ({ keys }: FoundNode) =>
    [keys.peer_address, keys.peer_sap ?? valueOf(keys, "sap"), valueOf(keys, "connection")].join(" ");
  if (placeOf(earlier) !== placeOf(node)) return [];
  const message = `${earlier.path.join(".")} leads to the same node, SAP and connection; ` +
    "give each peer its own `connection`";
  return [{ path: node.path, at: "key", message }];
}

function otherBind(earlier: FoundNode, node: FoundNode): Fault[] {
  return ["rank", "confirmation", "application_id", "address"].flatMap((key) => {
    const [before, now] = [valueOf(earlier.keys, key), valueOf(node.keys, key)];
    if (before === now || now === undefined) return [];
    const message = `${earlier.path.join(".")} binds the same SAP with \`${key}: ${before}\`; ` +
      "carriers that share a bind need the same";
    return [{ path: keysHave(node, key) ? [...node.path, key] : node.path, at: "value", message }];
  });
}

function keysHave({ keys }: FoundNode, key: string): boolean {
  return keys[key] !== undefined;
}
