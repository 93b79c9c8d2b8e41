/** Instant messaging and presence (RFC 6121) for the accounts of the served domain. */
export { InstantMessaging } from "./instant_messaging.ts";
export { DEFAULT_IM_LIMITS, type ImLimits, type ImOptions } from "./options.ts";
export { DEFAULT_PRESENCE_POLICY, type PresenceLink, type PresencePolicy } from "./presence_policy.ts";
export { imFeature, imStreamFeatures } from "./specifications.ts";
