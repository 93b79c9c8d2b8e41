/** Reasons of S_BIND_REJECTED. */
export const BIND_REJECTED = { noResources: 1, invalidSap: 2, sapInUse: 3, broadcastSession: 4 } as const;

/** Reasons of S_UNBIND_INDICATION. */
export const UNBOUND = {
  preempted: 1,
  inactivity: 2,
  invalidPrimitives: 3,
  tooManyExpedited: 4,
  broadcastSession: 5,
} as const;

/** Reasons of S_UNIDATA_REQUEST_REJECTED. */
export const UNIDATA_REJECTED = {
  ttlExpired: 1,
  sapNotBound: 2,
  nodeNotResponding: 3,
  largerThanMtu: 4,
  modeNotSpecified: 5,
} as const;

/** Reasons of S_HARD_LINK_REJECTED. */
export const HARD_LINK_REJECTED = {
  nodeBusy: 1,
  higherPriority: 2,
  nodeNotResponding: 3,
  sapNotBound: 4,
  alreadyThere: 5,
} as const;

/** Reasons of S_HARD_LINK_TERMINATED. */
export const HARD_LINK_TERMINATED = {
  byRemoteNode: 1,
  higherPriority: 2,
  nodeNotResponding: 3,
  sapUnbound: 4,
  physicalLinkBroken: 5,
} as const;

/** States of the node in S_SUBNET_AVAILABILITY. */
export const SUBNET_STATUS = {
  off: 0,
  on: 1,
  receiveOnly: 2,
  halfDuplex: 3,
  fullDuplex: 4,
  transmitOnly: 5,
} as const;

/** Reasons in S_SUBNET_AVAILABILITY. */
export const SUBNET_REASON = { unspecified: 0, emissionControl: 1, higherPriority: 2 } as const;

const TEXTS = {
  bindRejected: [
    undefined,
    "not enough resources",
    "invalid SAP",
    "SAP in use",
    "no ARQ in a broadcast session",
  ],
  unbindIndication: [
    undefined,
    "pre-empted by a client of higher rank",
    "inactivity",
    "too many invalid primitives",
    "too many expedited requests",
    "no ARQ in a broadcast session",
  ],
  unidataRejected: [
    undefined,
    "TTL expired",
    "destination SAP not bound",
    "destination node not responding",
    "U_PDU larger than MTU",
    "transmission mode not specified",
    "transmit window blocked",
  ],
  hardLinkRejected: [
    undefined,
    "remote node busy",
    "link of higher priority exists",
    "remote node not responding",
    "destination SAP not bound",
    "link exists already",
  ],
  hardLinkTerminated: [
    undefined,
    "by the remote node",
    "link of higher priority requested",
    "remote node not responding",
    "destination SAP unbound",
    "physical link broken",
  ],
} as const;

/** What a reason means, for logs and status; `reason N` for numbers that Annex A does not define. */
export function reasonText(of: keyof typeof TEXTS, reason: number): string {
  return TEXTS[of][reason] ?? `reason ${reason}`;
}
