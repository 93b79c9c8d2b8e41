import assert from "node:assert/strict";
import {
  available,
  BENVOLIO,
  BOTH,
  delay,
  JULIET,
  knowJuliet,
  login,
  MINUTE_MS,
  PROBE,
  ROMEO,
  SHORE,
  unavailable,
} from "./testing/juliet.ts";
import { error, inWorld, type World } from "./testing/world.ts";

/** Section by section what makes knowledge void: an event, and what a log-in afterwards shows and sends. */
interface Void {
  readonly event: string;
  readonly happens: (world: World) => void | Promise<void>;
  readonly seen: readonly string[];
  readonly sent: readonly string[];
}

const OFFLINE = `<presence type='unavailable' from='${JULIET}' to='${ROMEO}'>${delay("10:00:00")}</presence>`;
const STALE = available().replace("</presence>", `${delay("10:00:00")}</presence>`);

const UNREACHABLE = [
  "item-not-found",
  "recipient-unavailable",
  "remote-server-not-found",
  "remote-server-timeout",
  "service-unavailable",
];

function failed(condition: string): string {
  return `<presence type='error' from='${JULIET}' to='${ROMEO}'>${error("cancel", condition)}</presence>`;
}

/** The link comes up anew while Romeo watches; the probe that this takes is answered with an error. */
function refuseProbe(world: World, condition: string): void {
  const romeo = world.login("romeo", "cabin");
  world.sent();
  world.im.linkUp("shore", SHORE);
  assert.deepEqual(world.sent(), [PROBE]);
  world.shoreSends(failed(condition));
  assert.equal(romeo.hears().some((line) => line.includes("error")), false, "no client has asked");
  romeo.breaks();
}

const VOIDS: readonly Void[] = [
  {
    event: "an update of the same resource replaces what was known",
    happens: (world) => world.shoreSends(available(ROMEO, "balcony", "j2")),
    seen: [available(ROMEO, "balcony", "j2")],
    sent: [],
  },
  {
    event: "another resource is added to what was known",
    happens: (world) => world.shoreSends(available(ROMEO, "chamber", "j2")),
    seen: [available(), available(ROMEO, "chamber", "j2")],
    sent: [],
  },
  {
    event: "unavailable from the full JID ends that resource",
    happens(world) {
      world.shoreSends(available(ROMEO, "chamber", "j2"));
      world.shoreSends(unavailable(`${JULIET}/balcony`));
    },
    seen: [available(ROMEO, "chamber", "j2")],
    sent: [],
  },
  {
    event: "unavailable from the last full JID makes the contact known to be offline",
    happens: (world) => world.shoreSends(unavailable(`${JULIET}/balcony`)),
    seen: [OFFLINE],
    sent: [],
  },
  {
    event: "unavailable from the bare JID ends all resources",
    happens(world) {
      world.shoreSends(available(ROMEO, "chamber", "j2"));
      world.shoreSends(unavailable());
    },
    seen: [OFFLINE],
    sent: [],
  },
  ...UNREACHABLE.map((condition): Void => ({
    event: `the error ${condition} in answer to a probe makes the contact known to be offline`,
    happens: (world) => refuseProbe(world, condition),
    seen: [OFFLINE],
    sent: [],
  })),
  ...["gone", "redirect"].map((condition): Void => ({
    event: `the error ${condition} in answer to a probe makes all forgotten`,
    happens: (world) => refuseProbe(world, condition),
    seen: [],
    sent: [PROBE],
  })),
  ...["policy-violation", "forbidden", "resource-constraint", "undefined-condition"].map((
    condition,
  ): Void => ({
    event: `the error ${condition} in answer to a probe says nothing about the contact`,
    happens: (world) => refuseProbe(world, condition),
    seen: [STALE],
    sent: [PROBE],
  })),
  {
    event: "an error that answers no probe says nothing about the contact",
    happens: (world) => world.shoreSends(failed("service-unavailable")),
    seen: [available()],
    sent: [],
  },
  {
    event: "an error from one resource answers no probe",
    happens: (world) => world.shoreSends(`<presence type='error' from='${JULIET}/balcony' to='${ROMEO}'/>`),
    seen: [available()],
    sent: [],
  },
  {
    event: "an error that we made ourselves says nothing about the contact",
    happens: (world) =>
      world.receive(`<presence type='error' from='${JULIET}' to='${ROMEO}'/>`, {
        kind: "local",
        name: "link",
      }),
    seen: [available()],
    sent: [],
  },
  {
    event: "unsubscribed from the contact ends the entitlement",
    happens: (world) => world.shoreSends(`<presence type='unsubscribed' from='${JULIET}' to='${ROMEO}'/>`),
    seen: [],
    sent: [],
  },
  {
    event: "unsubscribe of the user ends it at once, even if the contact approves again",
    happens(world) {
      const romeo = world.connect("romeo", "cabin");
      romeo.says(
        `<presence type='unsubscribe' to='${JULIET}'/>`,
        `<presence type='subscribe' to='${JULIET}'/>`,
      );
      romeo.breaks();
      world.shoreSends(`<presence type='subscribed' from='${JULIET}' to='${ROMEO}'/>`);
    },
    seen: [],
    sent: [PROBE],
  },
  {
    event: "removal from the roster ends it",
    happens(world) {
      const romeo = world.connect("romeo", "cabin");
      const item = `<item jid='${JULIET}' subscription='remove'/>`;
      romeo.says(`<iq type='set' id='r'><query xmlns='jabber:iq:roster'>${item}</query></iq>`);
      romeo.breaks();
      world.keeps("romeo", JULIET, BOTH);
    },
    seen: [],
    sent: [PROBE],
  },
  {
    event: "a new epoch makes it stale: shown with its time, and probed",
    happens: (world) => world.im.linkUp("shore", SHORE),
    seen: [STALE],
    sent: [PROBE],
  },
  {
    event: "a link that is down makes it stale; nobody asks until it is up",
    happens: (world) => world.im.linkDown("shore", SHORE),
    seen: [STALE],
    sent: [],
  },
  {
    event: "a link that was down for a moment makes it stale",
    happens(world) {
      world.im.linkDown("shore", SHORE);
      world.im.linkUp("shore", SHORE);
    },
    seen: [STALE],
    sent: [PROBE],
  },
  {
    event: "a confirmation in the new epoch makes it fresh, but does not tell of other resources",
    happens(world) {
      world.im.linkUp("shore", SHORE);
      world.shoreSends(available());
    },
    seen: [available()],
    sent: [PROBE],
  },
  {
    event: "another link does not matter",
    happens: (world) => world.im.linkDown("cape", ["cape.example"]),
    seen: [available()],
    sent: [],
  },
  {
    event: "age makes it stale",
    happens: (world) => world.clock.advance(60 * MINUTE_MS + 1),
    seen: [STALE],
    sent: [PROBE],
  },
  {
    event: "before that age it is fresh",
    happens: (world) => world.clock.advance(60 * MINUTE_MS),
    seen: [available()],
    sent: [],
  },
  {
    event: "directed presence is not remembered",
    happens(world) {
      world.shoreSends(available(`${ROMEO}/deck`, "chamber", "d1"));
      world.shoreSends(unavailable(`${JULIET}/balcony`, `${ROMEO}/deck`));
    },
    seen: [available()],
    sent: [],
  },
  {
    event: "presence to one who is not subscribed is directed too",
    happens(world) {
      world.shoreSends(available(BENVOLIO, "chamber", "d1"));
      world.shoreSends(unavailable(`${JULIET}/balcony`, BENVOLIO));
    },
    seen: [available()],
    sent: [],
  },
];

for (const { event, happens, seen, sent } of VOIDS) {
  inWorld(`presence cache: ${event}`, async (world) => {
    knowJuliet(world);
    await happens(world);
    const after = login(world);
    assert.deepEqual(after.seen, seen);
    assert.deepEqual(after.sent, sent);
  }, { policy: { maxAgeMs: 60 * MINUTE_MS } });
}
