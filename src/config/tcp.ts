import { type Endpoint, parseConnect, parseListen } from "./endpoint.ts";
import { listOf, mapped, optional, section } from "./field.ts";
import { type AddressRange, isLoopback, LOOPBACK, parseRange } from "./ip.ts";
import { addressRange, connect, duration, fingerprint, listen, rate } from "./leaves.ts";

/** Waits between calls unless the file says otherwise. */
export const RETRY_DEFAULTS = { first: "2s", most: "5m" } as const;

const tls = section("TLS from the first byte, both sides with a certificate (XEP-0361 section 4.6).", {
  peer_fingerprint: fingerprint({ about: "SHA-256 of the one certificate that the peer may show." }),
});

const allowFrom = listOf(
  {
    about: "Who may call: IP addresses or blocks of them.",
    noun: "IP addresses or blocks of them",
    most: 64,
  },
  addressRange({ about: "An IP address or a block of them." }),
);

const keys = section(
  "A TCP connection; `connect` or `listen` may be absent: that side then only accepts or only calls.",
  {
    connect: optional("never calls", connect({ about: "Where the peer listens." })),
    listen: optional("never accepts", listen({ about: "Where the peer's calls are accepted." })),
    allow_from: optional(
      "the address in `connect`; this machine when `listen` is a loopback address",
      allowFrom,
    ),
    rate: optional(
      "not known",
      rate({
        about: "What the carrier bears, for estimates of air time.",
        from: "10bps",
        to: "10000Mbps",
        example: "2400bps",
      }),
    ),
    tls: optional("plain TCP", tls),
    connect_timeout: duration({
      about: "How long a call may take before it is given up.",
      from: "1s",
      to: "1h",
      fallback: "2m",
    }),
    retry_first: duration({
      about: "Wait before the first new call after a failure; it doubles with each further one.",
      from: "100ms",
      to: "1d",
      fallback: RETRY_DEFAULTS.first,
    }),
    retry_most: duration({
      about: "Longest wait between calls.",
      from: "100ms",
      to: "1d",
      fallback: RETRY_DEFAULTS.most,
    }),
    turnaround: duration({
      about:
        "Profile `halyard`: time that a change of direction takes; what is ready gathers for up to a quarter of it.",
      from: "0s",
      to: "5m",
      fallback: "0s",
    }),
    ack_timeout: duration({
      about:
        "Profile `halyard`: how long what was sent may stay unacknowledged before the connection is given up.",
      from: "1m",
      to: "1d",
      fallback: "2m",
    }),
    idle_close: optional(
      "never closed",
      duration({
        about:
          "Profile `halyard`: our call is closed after so long without a word; the next stanza calls again.",
        from: "10s",
        to: "7d",
      }),
    ),
  },
);

/** The addresses of a carrier as far as they are known. */
interface CallAddresses {
  readonly connect: Endpoint | undefined;
  readonly listen: Endpoint | undefined;
  readonly allowFrom: readonly AddressRange[] | undefined;
}

/**
 * Who may call. Named by the operator; else everyone who reaches a loopback listener; else the address that we call
 * ourselves. Nobody when there is no listener.
 * @returns undefined when the operator has to say: the peer is called by a name, or not at all
 */
function callersOf(addresses: CallAddresses): readonly AddressRange[] | undefined {
  const { connect, listen, allowFrom } = addresses;
  if (allowFrom !== undefined) return allowFrom;
  if (listen === undefined) return [];
  if (isLoopback(listen.host)) return LOOPBACK;
  const peer = connect === undefined ? undefined : parseRange(connect.host);
  return peer === undefined ? undefined : [peer];
}

/** A carrier over TCP. `allowFrom` is complete: a caller that is not in it is turned away. */
export const tcp = mapped(keys, (carrier) => ({ ...carrier, allowFrom: callersOf(carrier) ?? [] }));

/**
 * The same question asked of a carrier as it stands in the file, whatever else may be wrong with it.
 * @returns whether `allow_from` is missing
 */
export function needsCallers(raw: Readonly<Record<string, unknown>>): boolean {
  if (raw.allow_from !== undefined || typeof raw.listen !== "string") return false;
  const listen = parseListen(raw.listen);
  const connect = typeof raw.connect === "string" ? parseConnect(raw.connect) : undefined;
  return listen !== undefined && callersOf({ connect, listen, allowFrom: undefined }) === undefined;
}
