/** The client side: listeners, and sessions that join a stream core to the services behind it. */
export { type C2sOptions, C2sService, type ClientLimits, type ClientListener } from "./service.ts";
export type { ListenerKind } from "./session.ts";
