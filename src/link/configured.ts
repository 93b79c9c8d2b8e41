import type { PeerConfig as ConfiguredPeer } from "../config/mod.ts";
import type { TlsIdentity } from "../net/mod.ts";
import { type NodeAddress, parseNodeAddress } from "../stanag5066/mod.ts";
import type { CarrierConfig, PeerConfig } from "./peer_config.ts";

/** Longest that a request waits for a link of at least `UNHURRIED_BPS`: about as long as a patient client does. */
const IQ_AGE_MS = 10 * 60_000;
/** On what is slower, all that waits for an answer waits longer. */
const UNHURRIED_BPS = 1_200;

type ConfiguredCarrier = ConfiguredPeer["carriers"][number];

/**
 * A peer as it stands in the configuration, made into what a link works with: with the identity that we show where a
 * carrier uses TLS, and the key that the peer shares with us.
 * @throws {Error} when it is to be authenticated and there is no key
 */
export function linkPeerOf(
  name: string,
  peer: ConfiguredPeer,
  identity: TlsIdentity,
  key: Uint8Array | undefined,
): PeerConfig {
  const { onLinkDown, graceMs, maxStaleMs, dampMs, byDomain, afterBreak } = peer.presence;
  if (peer.auth !== undefined && key === undefined) {
    throw new Error(`Cannot authenticate the link to ${name}: there is no key`);
  }
  return {
    ...peer,
    name,
    queue: { ...peer.queue, iqAgeMs: Math.min(peer.queue.ageMs, IQ_AGE_MS * slownessOf(peer)) },
    toldDownAfterMs: onLinkDown === "strict" ? graceMs : maxStaleMs,
    dampMs,
    byDomain,
    trustsAfterBreak: afterBreak === "trust",
    auth: peer.auth && key && { mode: peer.auth.mode, key },
    carriers: peer.carriers.map((carrier) => carrierOf(carrier, identity)),
  };
}

/**
 * By what factor those who ask across the link are to be more patient than on a link of 1200 bit/s; at least 1. Nothing
 * gives up because a link is slow: requests wait the longer the slower the slowest carrier is.
 */
export function slownessOf({ carriers }: Pick<ConfiguredPeer, "carriers">): number {
  return UNHURRIED_BPS / Math.min(UNHURRIED_BPS, ...carriers.map(({ rateBps }) => rateBps ?? UNHURRIED_BPS));
}

function carrierOf(carrier: ConfiguredCarrier, identity: TlsIdentity): CarrierConfig {
  if (carrier.kind === "stanag5066") {
    const { address, peerAddress, ...rest } = carrier;
    return { ...rest, address: nodeOf(address), peerAddress: nodeOf(peerAddress) };
  }
  const { connect, listen, rateBps, tls, ...rest } = carrier;
  return {
    ...rest,
    ...(connect === undefined ? {} : { connect }),
    ...(listen === undefined ? {} : { listen }),
    ...(rateBps === undefined ? {} : { rateBps }),
    ...(tls === undefined ? {} : { tls: { ...identity, peerFingerprint: tls.peerFingerprint } }),
  };
}

function nodeOf(text: string): NodeAddress {
  const address = parseNodeAddress(text);
  if (address === undefined) throw new Error(`Cannot use ${text}: it is not the address of a node`);
  return address;
}
