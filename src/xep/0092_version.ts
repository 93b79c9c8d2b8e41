import type { Feature } from "../router/mod.ts";
import { NS } from "../stanza/mod.ts";
import { xml } from "../xml/mod.ts";

/**
 * Software version. The operating system is not told: it helps attackers more than users (XEP-0092 section 5).
 * @param version of this program
 */
export function softwareVersion(version: string): Feature {
  return {
    specifications: [{ id: "XEP-0092", title: "Software Version", version: "1.1" }],
    serverFeatures: [NS.VERSION],
    serverIq: {
      [`get {${NS.VERSION}}query`]: () => ({
        result: xml("query", { xmlns: NS.VERSION }, xml("name", {}, "Halyard"), xml("version", {}, version)),
      }),
    },
  };
}
