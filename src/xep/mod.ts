/** Small extensions, one file each by number, and the server's own address at which they answer. */
export { lastActivity, type LastActivityOptions } from "./0012_last_activity.ts";
export { disco, type DiscoOptions } from "./0030_disco.ts";
export { vcard } from "./0054_vcard.ts";
export { softwareVersion } from "./0092_version.ts";
export { ping } from "./0199_ping.ts";
export { entityTime } from "./0202_time.ts";
export { ServerAddress } from "./address.ts";
