/** What every part of Halyard stands on: time, randomness, the turn of the loop, log, counters, close reasons. */
export { Backoff } from "./backoff.ts";
export { type CancelTimer, type Clock, guardedClock, settled, sleep, systemClock } from "./clock.ts";
export { concat } from "./concat.ts";
export { base64, compareOctets, hex, octetsOf, sha1, sha256 } from "./hash.ts";
export { earliest } from "./earliest.ts";
export { errorText, guard, type Log, type LogFields, nullLog } from "./log.ts";
export { type Labels, Metrics } from "./metrics.ts";
export { randomFraction, randomId, type RandomSource, seededRandom, systemRandom } from "./random.ts";
export { type CloseReason, unreachable } from "./reasons.ts";
export { Turn } from "./turn.ts";
