import type { Clock } from "../base/mod.ts";
import type { Feature } from "../router/mod.ts";
import { dateTime, NS } from "../stanza/mod.ts";
import { xml } from "../xml/mod.ts";

/** The server's time, in UTC. */
export function entityTime(clock: Clock): Feature {
  return {
    specifications: [{ id: "XEP-0202", title: "Entity Time", version: "2.0" }],
    serverFeatures: [NS.TIME],
    serverIq: {
      [`get {${NS.TIME}}time`]: () => ({
        result: xml(
          "time",
          { xmlns: NS.TIME },
          xml("tzo", {}, "+00:00"),
          xml("utc", {}, dateTime(clock.nowMs())),
        ),
      }),
    },
  };
}
