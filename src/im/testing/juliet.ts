/** Juliet, a contact across the link, as the tests of the presence cache know her. */
import type { Client, World } from "./world.ts";

export const ROMEO = "romeo@ship.example";
export const BENVOLIO = "benvolio@ship.example";
export const JULIET = "juliet@shore.example";
export const SHORE = ["shore.example"];
export const BOTH = { subscription: "both" } as const;
export const MINUTE_MS = 60_000;

/** The answer to a probe of an available contact, or an update. */
export function available(to = ROMEO, resource = "balcony", id = "j1"): string {
  return `<presence id='${id}' from='${JULIET}/${resource}' to='${to}'><show>away</show></presence>`;
}

export function unavailable(from = JULIET, to = ROMEO): string {
  return `<presence type='unavailable' from='${from}' to='${to}'/>`;
}

export function delay(stamp: string): string {
  return `<delay xmlns='urn:xmpp:delay' from='ship.example' stamp='2026-07-01T${stamp}Z'/>`;
}

export const PROBE = `<presence type='probe' from='${ROMEO}' to='${JULIET}'/>`;

/** Romeo, who sees Juliet, logs in; her server answers that she is available, and he leaves again. */
export function knowJuliet(world: World): void {
  world.keeps("romeo", JULIET, BOTH);
  const romeo = world.login("romeo", "deck");
  world.shoreSends(available());
  romeo.breaks();
  world.sent();
}

/** What a log-in shows of Juliet, and what it sends besides the user's own presence. */
export function login(world: World, username = "romeo"): { client: Client; seen: string[]; sent: string[] } {
  world.sent();
  const client = world.connect(username, "deck");
  client.says("<presence/>");
  const sent = world.sent().filter((line) => line !== `<presence from='${client.jid}' to='${JULIET}'/>`);
  return { client, seen: client.hears().filter((line) => line.includes(`from='${JULIET}`)), sent };
}
