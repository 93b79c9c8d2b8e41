import assert from "node:assert/strict";
import type { SubscriptionType } from "../stanza/mod.ts";
import type { RosterItem } from "../storage/mod.ts";
import { stateOf } from "./subscription_item.ts";
import type { State } from "./subscription_table.ts";
import { inWorld, push, type World } from "./testing/world.ts";

/** The tables of RFC 6121 appendix A, row by row: existing state, verdict, new state. */
const OUTBOUND: Record<string, string> = {
  "A.2.1 subscribe": `
    None                  | MUST | None + Pending Out
    None + Pending Out    | MUST | no state change
    None + Pending In     | MUST | None + Pending Out+In
    None + Pending Out+In | MUST | no state change
    To                    | MUST | no state change
    To + Pending In       | MUST | no state change
    From                  | MUST | From + Pending Out
    From + Pending Out    | MUST | no state change
    Both                  | MUST | no state change`,
  "A.2.2 unsubscribe": `
    None                  | MUST | no state change
    None + Pending Out    | MUST | None
    None + Pending In     | MUST | no state change
    None + Pending Out+In | MUST | None + Pending In
    To                    | MUST | None
    To + Pending In       | MUST | None + Pending In
    From                  | MUST | no state change
    From + Pending Out    | MUST | From
    Both                  | MUST | From`,
  "A.2.3 subscribed": `
    None                  | M.N. | pre-approval
    None + Pending Out    | M.N. | pre-approval
    None + Pending In     | MUST | From
    None + Pending Out+In | MUST | From + Pending Out
    To                    | M.N. | pre-approval
    To + Pending In       | MUST | Both
    From                  | M.N. | no state change
    From + Pending Out    | M.N. | no state change
    Both                  | M.N. | no state change`,
  "A.2.4 unsubscribed": `
    None                  | S.N. | no state change
    None + Pending Out    | S.N. | no state change
    None + Pending In     | MUST | None
    None + Pending Out+In | MUST | None + Pending Out
    To                    | S.N. | no state change
    To + Pending In       | MUST | To
    From                  | MUST | None
    From + Pending Out    | MUST | None + Pending Out
    Both                  | MUST | To`,
};

const INBOUND: Record<string, string> = {
  "A.3.1 subscribe": `
    None                  | MUST     | None + Pending In
    None + Pending Out    | MUST     | None + Pending Out+In
    None + Pending In     | S.N.     | no state change
    None + Pending Out+In | S.N.     | no state change
    To                    | MUST     | To + Pending In
    To + Pending In       | S.N.     | no state change
    From                  | S.N. [2] | no state change
    From + Pending Out    | S.N. [2] | no state change
    Both                  | S.N. [2] | no state change`,
  "A.3.2 unsubscribe": `
    None                  | S.N.     | no state change
    None + Pending Out    | S.N.     | no state change
    None + Pending In     | MUST [1] | None
    None + Pending Out+In | MUST [1] | None + Pending Out
    To                    | S.N.     | no state change
    To + Pending In       | MUST [1] | To
    From                  | MUST [1] | None
    From + Pending Out    | MUST [1] | None + Pending Out
    Both                  | MUST [1] | To`,
  "A.3.3 subscribed": `
    None                  | S.N.     | no state change
    None + Pending Out    | MUST     | To
    None + Pending In     | S.N.     | no state change
    None + Pending Out+In | MUST     | To + Pending In
    To                    | S.N.     | no state change
    To + Pending In       | S.N.     | no state change
    From                  | S.N.     | no state change
    From + Pending Out    | MUST     | Both
    Both                  | S.N.     | no state change`,
  "A.3.4 unsubscribed": `
    None                  | S.N.     | no state change
    None + Pending Out    | MUST     | None
    None + Pending In     | S.N.     | no state change
    None + Pending Out+In | MUST     | None + Pending In
    To                    | MUST     | None
    To + Pending In       | MUST     | None + Pending In
    From                  | S.N.     | no state change
    From + Pending Out    | MUST     | From
    Both                  | MUST     | From`,
};

/** The notes "[1]" of A.3.2 and "[2]" of A.3.1: what the server answers by itself. */
const REPLIES: Record<string, string> = {
  "A.3.1 subscribe": "subscribed",
  "A.3.2 unsubscribe": "unsubscribed",
};

const ROMEO = "romeo@ship.example";
const JULIET = "juliet@shore.example";
const REQUEST = `<presence type='subscribe' from='${JULIET}' to='${ROMEO}'/>`;

/** Appendix A.1: each state as it is kept. */
const KEPT: Record<State, Partial<RosterItem>> = {
  "None": {},
  "None + Pending Out": { ask: true },
  "None + Pending In": { pendingIn: REQUEST },
  "None + Pending Out+In": { ask: true, pendingIn: REQUEST },
  "To": { subscription: "to" },
  "To + Pending In": { subscription: "to", pendingIn: REQUEST },
  "From": { subscription: "from" },
  "From + Pending Out": { subscription: "from", ask: true },
  "Both": { subscription: "both" },
};

interface Row {
  readonly section: string;
  readonly type: SubscriptionType;
  readonly state: State;
  readonly verdict: string;
  readonly next: string;
}

function* rows(tables: Record<string, string>): Generator<Row> {
  for (const [title, table] of Object.entries(tables)) {
    const [section = "", type] = title.split(" ");
    for (const line of table.trim().split("\n")) {
      const [state, verdict = "", next = ""] = line.split("|").map((cell) => cell.trim());
      yield { section, type: type as SubscriptionType, state: state as State, verdict, next };
    }
  }
}

function kept(world: World): RosterItem | undefined {
  return world.storage.rosters.get("romeo", JULIET);
}

function stanza(type: string, from: string, to: string, id = "s1"): string {
  return `<presence type='${type}' id='${id}' from='${from}' to='${to}'/>`;
}

/** Subscription stanzas among what was sent, without the presence that goes with them. */
function subscriptions(lines: readonly string[]): string[] {
  return lines.filter((line) => line.startsWith("<presence") && line.includes("subscribe"));
}

for (const { section, type, state, verdict, next } of rows(OUTBOUND)) {
  const routed = verdict === "MUST";
  const fate = routed ? "is routed" : "is not routed";
  inWorld(`${section} ${state} + outbound ${type} ${fate}: ${next}`, (world) => {
    world.keeps("romeo", JULIET, KEPT[state]);
    const romeo = world.login("romeo", "deck");
    world.sent();
    romeo.says(`<presence type='${type}' id='s1' to='${JULIET}'/>`);

    assert.deepEqual(subscriptions(world.sent()), routed ? [stanza(type, ROMEO, JULIET)] : []);
    const expected = next === "no state change" || next === "pre-approval" ? state : next;
    assert.equal(stateOf(kept(world)), expected);
    assert.equal(kept(world)?.approved, next === "pre-approval");
    const pushes = romeo.hears().filter((line) => line.startsWith("<iq"));
    const visible = next === "pre-approval" || isVisible(state, expected);
    assert.equal(pushes.length, visible ? 1 : 0);
  });
}

for (const { section, type, state, verdict, next } of rows(INBOUND)) {
  const delivered = verdict.startsWith("MUST");
  const fate = delivered ? "is delivered" : "is not delivered";
  inWorld(`${section} ${state} + inbound ${type} ${fate}: ${next}`, (world) => {
    world.keeps("romeo", JULIET, KEPT[state]);
    const romeo = world.login("romeo", "deck");
    world.sent();
    world.shoreSends(stanza(type, JULIET, ROMEO));

    const heard = romeo.hears();
    assert.deepEqual(subscriptions(heard), delivered ? [stanza(type, JULIET, ROMEO)] : []);
    const reply = verdict.includes("[") ? REPLIES[`${section} ${type}`] : undefined;
    assert.deepEqual(
      subscriptions(world.sent()),
      reply === undefined ? [] : [stanza(reply, ROMEO, JULIET)],
    );
    const expected = next === "no state change" ? state : next;
    assert.equal(stateOf(kept(world)), expected);
    const pushes = heard.filter((line) => line.startsWith("<iq"));
    assert.equal(pushes.length, isVisible(state, expected) ? 1 : 0);
  });
}

/** Whether clients see a difference between two states: a pending request of the contact does not show. */
function isVisible(before: string, after: string): boolean {
  const seen = (state: string) => {
    const { subscription = "none", ask = false } = KEPT[state as State];
    return `${subscription} ${ask}`;
  };
  return seen(before) !== seen(after);
}

const PRE_APPROVED: readonly (readonly [State, State])[] = [
  ["None", "From"],
  ["None + Pending Out", "From + Pending Out"],
  ["To", "Both"],
];

for (const [state, next] of PRE_APPROVED) {
  inWorld(`3.4.2 ${state}, approved in advance + inbound subscribe is answered: ${next}`, (world) => {
    world.keeps("romeo", JULIET, { ...KEPT[state], approved: true });
    const romeo = world.login("romeo", "deck");
    world.sent();
    world.shoreSends(stanza("subscribe", JULIET, ROMEO));
    assert.equal(stateOf(kept(world)), next);
    const { subscription = "none", ask = false } = KEPT[next];
    const pending = ask ? " ask='subscribe'" : "";
    const item = `<item jid='${JULIET}' subscription='${subscription}'${pending} approved='true'/>`;
    assert.deepEqual(romeo.hears(), [push(`${ROMEO}/deck`, item)]);
    assert.deepEqual(world.sent(), [
      stanza("subscribed", ROMEO, JULIET),
      `<presence from='${ROMEO}/deck' to='${JULIET}'/>`,
    ]);
  });
}

for (const state of ["None", "None + Pending Out", "To"] as const) {
  inWorld(`3.4.2 ${state}, approved in advance + outbound unsubscribed takes the approval back`, (world) => {
    world.keeps("romeo", JULIET, { ...KEPT[state], approved: true });
    const romeo = world.login("romeo", "deck");
    world.sent();
    romeo.says(`<presence type='unsubscribed' to='${JULIET}'/>`);
    assert.equal(kept(world)?.approved, false);
    assert.equal(stateOf(kept(world)), state);
    assert.deepEqual(world.sent(), []);
    assert.equal(romeo.hears().length, 1, "one roster push");
  });
}
