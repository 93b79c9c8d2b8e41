import assert from "node:assert/strict";
import { seededRandom } from "../../base/mod.ts";
import { type CredentialSource, deriveCredentials } from "./credentials.ts";
import { encodeUtf8 } from "./encoding.ts";
import { Plain } from "./plain.ts";

const juliet = deriveCredentials("juliet", "r0m30 IX", seededRandom(1));
const ACCOUNTS: CredentialSource = {
  credentials: (username) => username === "juliet" ? juliet : undefined,
  fakeSecret: Uint8Array.of(1),
};

function login(message: string | Uint8Array, accounts = ACCOUNTS): string {
  const bytes = typeof message === "string" ? encodeUtf8(message) : message;
  const step = new Plain(accounts, "ship.example").respond(bytes);
  return step.kind === "failure" ? step.condition : `${step.kind} ${"username" in step ? step.username : ""}`;
}

const LOGINS: readonly (readonly [what: string, message: string | Uint8Array, outcome: string])[] = [
  ["takes the right password", "\0juliet\0r0m30 IX", "success juliet"],
  ["takes a username in capitals", "\0Juliet\0r0m30 IX", "success juliet"],
  ["takes a password that SASLprep maps to the right one", "\0juliet\0r0m30 \u2168", "success juliet"],
  [
    "takes the account itself as authorization identity",
    "juliet@ship.example\0juliet\0r0m30 IX",
    "success juliet",
  ],
  ["refuses another as authorization identity", "romeo@ship.example\0juliet\0r0m30 IX", "invalid-authzid"],
  ["refuses a wrong password", "\0juliet\0r0m30", "not-authorized"],
  ["refuses a password that SASLprep prohibits", "\0juliet\0r0m30\u0007", "not-authorized"],
  ["refuses an unknown user alike", "\0nurse\0r0m30 IX", "not-authorized"],
  ["refuses the address in place of the username", "\0juliet@ship.example\0r0m30 IX", "not-authorized"],
  ["refuses an empty message", "", "malformed-request"],
  ["refuses a message of one part", "juliet", "malformed-request"],
  ["refuses a message of two parts", "juliet\0r0m30 IX", "malformed-request"],
  ["refuses a message of four parts", "\0juliet\0r0m30 IX\0", "malformed-request"],
  ["refuses an empty username", "\0\0r0m30 IX", "malformed-request"],
  ["refuses an empty password", "\0juliet\0", "malformed-request"],
  ["refuses what is not UTF-8", Uint8Array.of(0, 0x6a, 0, 0xff), "malformed-request"],
];

for (const [what, message, outcome] of LOGINS) {
  Deno.test(`PLAIN ${what}`, () => assert.equal(login(message), outcome));
}

Deno.test("PLAIN says temporary-auth-failure when accounts cannot be looked up", () => {
  const accounts: CredentialSource = { ...ACCOUNTS, credentials: () => "unavailable" };
  assert.equal(login("\0juliet\0r0m30 IX", accounts), "temporary-auth-failure");
});
