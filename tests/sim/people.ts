import assert from "node:assert/strict";
import type { SimClient } from "../support/sim_client.ts";

/** A message as it was sent. */
export interface Sent {
  readonly id: string;
  readonly from: Person;
  readonly to: Person;
  /** What its headers claim. */
  readonly level: string;
  /** It may be refused for a reason of its own: it expires, or must not be stored. */
  readonly isPerishable: boolean;
  /** The sender's server has answered behind it. */
  isAccepted: boolean;
}

/** Somebody with an account. */
export class Person {
  readonly name: string;
  readonly side: string;
  /** Away until the end: what is for him is on the disk of his server, where no crash reaches it. */
  readonly isAway: boolean;
  client: SimClient | undefined;
  /** His connection has broken at some time; between a server and its client nothing survives that. */
  hasBroken = false;
  /** Ids of the messages that came, in order. */
  readonly heard: string[] = [];
  /** Ids of his own messages of which he was told that they do not cross. */
  readonly told = new Set<string>();

  constructor(name: string, side: string, isAway: boolean) {
    this.name = name;
    this.side = side;
    this.isAway = isAway;
  }

  get jid(): string {
    return `${this.name}@${this.side}.example`;
  }

  /** Takes what came. @param accepted called with the id of each message behind which the server has answered */
  listen(accepted: (id: string) => void): void {
    for (const element of this.client?.inbox.splice(0) ?? []) {
      const { id = "", type } = element.attrs;
      if (element.name === "iq" && type === "result") accepted(id.slice(1));
      if (element.name !== "message") continue;
      const isReport = element.getChild("amp")?.attrs.status !== undefined;
      if (type === "error" || isReport) this.told.add(id);
      else this.heard.push(element.getChildText("body")?.split(" ")[0] ?? "");
    }
  }
}

/** What a run allows. */
export interface Excuses {
  /** Bounds are small, or messages expire: some are refused. */
  readonly mayRefuse: boolean;
  /** Servers that have crashed or were restarted: their clients may not have heard an answer. */
  readonly broken: ReadonlySet<string>;
}

/** Checks a run: nothing lost, nothing twice, and in order between two people within a level. */
export function checkPeople(people: readonly Person[], sent: readonly Sent[], excuses: Excuses): void {
  const lost = sent.filter((one) =>
    one.isAccepted && !isDelivered(one) && !isTold(one) && !isExcused(one, excuses)
  );
  assert.deepEqual(lost.map(described), [], "accepted and neither delivered nor refused");
  const both = sent.filter((one) => isDelivered(one) && isTold(one) && !one.to.hasBroken);
  assert.deepEqual(both.map(described), [], "delivered and refused");
  const refused = sent.filter((one) =>
    isTold(one) && !one.isPerishable && !excuses.mayRefuse && !one.to.hasBroken
  );
  assert.deepEqual(refused.map(described), [], "refused for no reason");
  for (const person of people.filter(({ hasBroken }) => !hasBroken)) {
    assert.deepEqual(
      person.heard.filter((id, at) => person.heard.indexOf(id) !== at),
      [],
      `${person.jid} heard twice`,
    );
    checkOrder(person, sent);
  }
}

function checkOrder(person: Person, sent: readonly Sent[]): void {
  const places = new Map(sent.map((one, place) => [one.id, { ...one, place }]));
  const last = new Map<string, number>();
  for (const id of person.heard) {
    const one = places.get(id);
    assert(one !== undefined, `${person.jid} heard ${id}, which nobody sent`);
    const pair = `${one.from.jid} ${one.level}`;
    assert((last.get(pair) ?? -1) < one.place, `${described(one)} came out of order`);
    last.set(pair, one.place);
  }
}

function isDelivered({ id, to }: Sent): boolean {
  return to.heard.includes(id);
}

function isTold({ id, from }: Sent): boolean {
  return from.told.has(id);
}

/** Whether the message, or the answer to its sender, may have been lost between a server and its client. */
function isExcused({ from, to, isPerishable }: Sent, { mayRefuse, broken }: Excuses): boolean {
  return to.hasBroken || ((isPerishable || mayRefuse) && (from.hasBroken || broken.has(from.side)));
}

function described({ id, from, to, level }: Sent): string {
  return `${id} from ${from.jid} to ${to.jid}, ${level}`;
}
