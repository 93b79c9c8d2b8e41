import { CLIENT_LISTEN, DEFAULT_CLIENTS } from "./clients.ts";
import { type Endpoint, endpointText, parseConnect, parseListen } from "./endpoint.ts";
import { type Fault, isMapping, type KeyPath, shown } from "./fault.ts";
import { isLoopback, overlap, parseIp } from "./ip.ts";
import { parseDomain } from "./leaves.ts";
import { type FoundNode, nodeAmongOthers, nodeFaults } from "./node_faults.ts";
import { PEER_NAMES } from "./peer.ts";
import { ruleFaults } from "./rule_faults.ts";
import { needsCallers, RETRY_DEFAULTS } from "./tcp.ts";
import { DURATION, parseQuantity } from "./units.ts";

/** A value in the file, with its place. */
interface Found<T> {
  readonly path: KeyPath;
  readonly value: T;
}

/**
 * What is wrong between values that may each be right: the same address or domain used twice, a section that lacks
 * one of two keys. It looks at the file as it stands, so that it speaks even when other values are wrong; a value
 * that cannot be read is passed over, since validation speaks of that one.
 */
export function faultsAcross(raw: unknown): Fault[] {
  const carriers = find(raw, ["peers", "*", "carriers", "*", "tcp"]);
  return [
    ...nameFaults(raw),
    ...clientFaults(raw),
    ...carriers.flatMap(carrierFaults),
    ...listenerFaults(raw, carriers),
    ...callFaults(carriers),
    ...domainFaults(raw),
    ...authFaults(raw),
    ...nodeFaults(nodesIn(raw)),
    ...find(raw, ["peers", "*"]).flatMap(({ path, value }) => nodeAmongOthers(path, value)),
    ...find(raw, ["peers", "*"]).flatMap(({ path, value }) => ruleFaults(path, value)),
  ];
}

/** Everything at a pattern of keys, where `*` stands for each key or item. */
function find(raw: unknown, pattern: KeyPath, path: KeyPath = []): Found<unknown>[] {
  const [step, ...rest] = pattern;
  if (step === undefined) return [{ path, value: raw }];
  if (Array.isArray(raw)) {
    return step === "*" ? raw.flatMap((item, index) => find(item, rest, [...path, index])) : [];
  }
  if (!isMapping(raw)) return [];
  const keys = step === "*" ? Object.keys(raw) : Object.hasOwn(raw, step) ? [String(step)] : [];
  return keys.flatMap((key) => find(raw[key], rest, [...path, key]));
}

/** What `parse` makes of the texts among some values. */
function read<T>(found: readonly Found<unknown>[], parse: (text: string) => T | undefined): Found<T>[] {
  return found.flatMap(({ path, value }) => {
    const parsed = typeof value === "string" ? parse(value) : undefined;
    return parsed === undefined ? [] : [{ path, value: parsed }];
  });
}

function nameFaults(raw: unknown): Fault[] {
  const names = find(raw, ["peers", "*"]).map(({ path }) => String(path[1]));
  return names.filter((name) => !PEER_NAMES.pattern.test(name)).map((name) => ({
    path: ["peers", name],
    at: "key",
    message: `${shown(name)} cannot be the name of a peer; it takes ${PEER_NAMES.expects}`,
  }));
}

/** The addresses on which clients are awaited, those by default included. */
function clientListeners(raw: unknown): Found<Endpoint>[] {
  const given = isMapping(raw) ? raw.clients : undefined;
  const doors = given === undefined ? DEFAULT_CLIENTS : isMapping(given) ? given : {};
  return Object.entries(CLIENT_LISTEN).flatMap(([door, byDefault]) => {
    const section = (doors as Readonly<Record<string, unknown>>)[door];
    if (!isMapping(section)) return [];
    return read([{ path: ["clients", door, "listen"], value: section.listen ?? byDefault }], parseListen);
  });
}

function clientFaults(raw: unknown): Fault[] {
  const clients = isMapping(raw) ? raw.clients : undefined;
  const faults: Fault[] = [];
  if (isMapping(clients) && Object.keys(clients).length === 0) {
    const message = "`clients` opens no listener; name starttls, tls or plaintext, or remove `clients`";
    faults.push({ path: ["clients"], at: "missing", message });
  }
  const [allowed] = find(clients, ["plaintext", "insecure"]);
  const listen = clientListeners(raw).find(({ path }) => path[1] === "plaintext");
  if (listen !== undefined && !isLoopback(listen.value.host) && allowed?.value !== true) {
    const message = `without TLS, ${endpointText(listen.value)} would show passwords to the network; ` +
      'listen on a loopback address such as "127.0.0.1:5221", or add `insecure: true`';
    faults.push({ path: listen.path, at: "value", message });
  }
  return faults;
}

function carrierFaults({ path, value }: Found<unknown>): Fault[] {
  if (!isMapping(value)) return [];
  const faults: Fault[] = [];
  if (value.connect === undefined && value.listen === undefined) {
    const message = "`tcp` neither calls nor is called; give `connect`, `listen` or both";
    faults.push({ path, at: "missing", message });
  }
  if (needsCallers(value)) {
    const message = "nothing says who may call here; name the peer's IP address in `allow_from`, " +
      'such as allow_from: ["203.0.113.5"]';
    faults.push({ path: [...path, "listen"], at: "value", message });
  }
  return [...faults, ...retryFaults(path, value)];
}

function retryFaults(path: KeyPath, tcp: Readonly<Record<string, unknown>>): Fault[] {
  const { retry_first: first = RETRY_DEFAULTS.first, retry_most: most = RETRY_DEFAULTS.most } = tcp;
  const [firstMs, mostMs] = [first, most].map((text) =>
    typeof text === "string" ? parseQuantity(text, DURATION) : undefined
  );
  if (firstMs === undefined || mostMs === undefined || firstMs <= mostMs) return [];
  const given = tcp.retry_first === undefined ? "retry_most" : "retry_first";
  const message = `\`retry_first\` (${first}) cannot be longer than \`retry_most\` (${most})`;
  return [{ path: [...path, given], at: "value", message }];
}

/** Two listeners on one address: the second could not be opened. */
function listenerFaults(raw: unknown, carriers: readonly Found<unknown>[]): Fault[] {
  const all = [...clientListeners(raw), ...read(inside(carriers, "listen"), parseListen)];
  return repeated(all, portOf, (a, b) => clash(a.value, b.value)).map(({ found, earlier }) => ({
    path: found.path,
    at: "value",
    message: `${endpointText(found.value)} is taken by ${dotted(earlier)}; give each listener its own port`,
  }));
}

/** Two carriers that call one address, or one that calls this server itself. */
function callFaults(carriers: readonly Found<unknown>[]): Fault[] {
  const calls = read(inside(carriers, "connect"), parseConnect);
  const twice = repeated(calls, endpointText).map(({ found, earlier }): Fault => ({
    path: found.path,
    at: "value",
    message: `${endpointText(found.value)} is called by ${dotted(earlier)} too; ` +
      "each carrier needs an address of its own at the peer",
  }));
  const listeners = read(inside(carriers, "listen"), parseListen);
  const isSelf = (listener: Found<Endpoint>, call: Found<Endpoint>) =>
    listener.path.at(-1) === "listen" && call.path.at(-1) === "connect" &&
    reaches(call.value, listener.value);
  const toSelf = repeated([...listeners, ...calls], portOf, isSelf).map(({ found }): Fault => ({
    path: found.path,
    at: "value",
    message: `${endpointText(found.value)} is where this server listens itself; give the address of the peer`,
  }));
  return [...twice, ...toSelf];
}

function dotted(found: Found<unknown>): string {
  return found.path.join(".");
}

/** What stands under a key in each of some sections. */
function inside(sections: readonly Found<unknown>[], key: string): Found<unknown>[] {
  return sections.flatMap(({ path, value }) => find(value, [key], path));
}

function portOf(endpoint: Endpoint): string {
  return String(endpoint.port);
}

/** Whether two listeners get in each other's way. */
function clash(a: Endpoint, b: Endpoint): boolean {
  const [one, other] = [parseIp(a.host), parseIp(b.host)];
  return a.port !== 0 && a.port === b.port && one !== undefined && other !== undefined && overlap(one, other);
}

/** Whether a call surely ends at the listener. A listener on all addresses is sure only of loopback ones. */
function reaches(call: Endpoint, listener: Endpoint): boolean {
  return endpointText(call) === endpointText(listener) || (isLoopback(call.host) && clash(call, listener));
}

/** A domain that two servers would speak for. */
function domainFaults(raw: unknown): Fault[] {
  const own = read(find(raw, ["domain"]), parseDomain);
  const ofPeers = read(find(raw, ["peers", "*", "domains", "*"]), parseDomain);
  return repeated([...own, ...ofPeers], (domain) => domain).map(({ found, earlier }) => {
    const owner = earlier.path[0] === "domain" ? "this server" : `peer ${earlier.path[1]}`;
    return {
      path: found.path,
      at: "value",
      message:
        `${found.value} belongs to ${owner} already; each domain has one server: remove one of the two`,
    };
  });
}

/** The carriers over STANAG 5066. */
function nodesIn(raw: unknown): FoundNode[] {
  return find(raw, ["peers", "*", "carriers", "*", "stanag5066"]).flatMap(({ path, value }) =>
    isMapping(value) ? [{ path, keys: value }] : []
  );
}

/** Authentication in a profile that has no place for it. */
function authFaults(raw: unknown): Fault[] {
  return find(raw, ["peers", "*"]).flatMap(({ path, value }) => {
    if (!isMapping(value) || value.auth === undefined || (value.profile ?? "xep-0361") !== "xep-0361") {
      return [];
    }
    const message = "profile xep-0361 has no place for `auth`; set `profile: halyard` on both sides, " +
      "or remove `auth` and use `tls` in the carrier";
    return [{ path: [...path, "auth"], at: "key", message }];
  });
}

/**
 * What is the same as something earlier in the list.
 * @param keyOf only values of equal keys are compared
 */
function repeated<T>(
  all: readonly Found<T>[],
  keyOf: (value: T) => string,
  isSame: (earlier: Found<T>, found: Found<T>) => boolean = () => true,
): { readonly found: Found<T>; readonly earlier: Found<T> }[] {
  const seen = new Map<string, Found<T>[]>();
  return all.flatMap((found) => {
    const alike = seen.get(keyOf(found.value)) ?? [];
    seen.set(keyOf(found.value), alike);
    const earlier = alike.find((other) => isSame(other, found));
    alike.push(found);
    return earlier === undefined ? [] : [{ found, earlier }];
  });
}
