import assert from "node:assert/strict";
import { base64 } from "../../base/mod.ts";
import { deriveKeys } from "./credentials.ts";
import { digest, hmac, type ScramHash, xor } from "./digest.ts";
import { decodeBase64, decodeUtf8, encodeUtf8 } from "./encoding.ts";
import type { SaslStep } from "./mechanism.ts";
import { Scram, type ScramOptions } from "./scram.ts";
import { scramScript } from "./testing_client.ts";

const DOMAIN = "ship.example";
const END_POINT = Uint8Array.from({ length: 32 }, (_, index) => index);

/** One account, whose keys are made of a given salt. */
function options(hash: ScramHash, salt64: string, more: Partial<ScramOptions> = {}): ScramOptions {
  const salt = decodeBase64(salt64);
  assert(salt !== undefined);
  const keys = deriveKeys(hash, "pencil", salt, 4096);
  return {
    hash,
    accounts: {
      credentials: (username) => username === "user" ? { sha1: keys, sha256: keys } : undefined,
      fakeSecret: Uint8Array.of(1, 2, 3),
    },
    domain: DOMAIN,
    nonce: "server",
    channelBinding: undefined,
    plusOffered: false,
    boundOtherwise: new Set(),
    ...more,
  };
}

/** A step as it reads: `challenge r=…`, `success user v=…`, `failure not-authorized`. */
function show(step: SaslStep): string {
  switch (step.kind) {
    case "challenge":
      return `challenge ${decodeUtf8(step.data)}`;
    case "success":
      return `success ${step.username} ${step.data && decodeUtf8(step.data)}`;
    case "failure":
      return `failure ${step.condition}`;
  }
}

function say(scram: Scram, message: string): string {
  return show(scram.respond(encodeUtf8(message)));
}

Deno.test("SCRAM-SHA-1 goes as in RFC 5802 section 5", () => {
  const scram = new Scram(options("sha1", "QSXCR+Q6sek8bf92", { nonce: "3rfcNHYJY1ZVvWVs7j" }));
  assert.equal(
    say(scram, "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL"),
    "challenge r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
  );
  assert.equal(
    say(scram, "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="),
    "success user v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
  );
});

Deno.test("SCRAM-SHA-256 goes as in RFC 7677 section 3", () => {
  const nonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
  const scram = new Scram(options("sha256", "W22ZaJ0SNY7soEsUEjb6gQ==", { nonce }));
  assert.equal(
    say(scram, "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"),
    "challenge r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
  );
  assert.equal(
    say(
      scram,
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
    ),
    "success user v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
  );
});

const BASE = {
  hash: "sha256",
  username: "user",
  password: "pencil",
  clientNonce: "client",
  serverNonce: "server",
  salt: Uint8Array.of(0, 0, 0),
  iterations: 4096,
} as const;
const PLUS = { channelBinding: END_POINT, plusOffered: true };
const WITH_BINDING = { gs2Header: "p=tls-server-end-point,,", channelBinding: END_POINT };

/** Handshakes that succeed: what the client does, what the server has. */
const SUCCESSES = [
  ["without channel binding", {}, {}],
  ["with tls-server-end-point", WITH_BINDING, PLUS],
  ["with a client that could bind when the server cannot", { gs2Header: "y,," }, {}],
  ["with a client that cannot bind when the server could", {}, { plusOffered: true }],
  ["with the account itself as authorization identity", { gs2Header: "n,a=user@ship.example," }, {}],
  ["with a username in capitals", { username: "USER" }, {}],
  ["with a username that SASLprep maps", { username: "us\u00ader" }, {}],
] as const;

for (const [what, client, server] of SUCCESSES) {
  Deno.test(`SCRAM succeeds ${what}`, () => {
    const script = scramScript({ ...BASE, ...client });
    const scram = new Scram(options("sha256", "AAAA", server));
    assert.equal(say(scram, script.first), `challenge ${script.challenge}`);
    assert.equal(say(scram, script.final), `success user ${script.success}`);
  });
}

/** First messages that end the handshake. */
const BAD_FIRSTS:
  readonly (readonly [what: string, message: string, condition: string, Partial<ScramOptions>?])[] = [
    ["nothing", "", "malformed-request"],
    ["octets that are no SCRAM", "hello", "malformed-request"],
    ["no GS2 header", "n=user,r=client", "malformed-request"],
    ["an unknown flag", "x,,n=user,r=client", "malformed-request"],
    ["no username", "n,,r=client", "malformed-request"],
    ["an empty username", "n,,n=,r=client", "malformed-request"],
    ["no nonce", "n,,n=user", "malformed-request"],
    ["a nonce that is not printable", "n,,n=user,r=cli\u0007ent", "malformed-request"],
    ["an escape other than =2C and =3D", "n,,n=us=2cer,r=client", "malformed-request"],
    ["a bare equals sign", "n,,n=us=er,r=client", "malformed-request"],
    ["a mandatory extension", "n,,m=new,n=user,r=client", "malformed-request"],
    ["a mandatory extension at the end", "n,,n=user,r=client,m=new", "malformed-request"],
    ["a username that SASLprep prohibits", "n,,n=us\u0007er,r=client", "malformed-request"],
    ["another's name as authorization identity", "n,a=romeo@ship.example,n=user,r=client", "invalid-authzid"],
    ["another domain as authorization identity", "n,a=user@shore.example,n=user,r=client", "invalid-authzid"],
    ["a full JID as authorization identity", "n,a=user@ship.example/a,n=user,r=client", "invalid-authzid"],
    ["no JID as authorization identity", "n,a=@,n=user,r=client", "invalid-authzid"],
    ["a mere username as authorization identity", "n,a=user,n=user,r=client", "invalid-authzid"],
    ["y where -PLUS was offered: a downgrade", "y,,n=user,r=client", "not-authorized", { plusOffered: true }],
    ["channel binding without -PLUS", "p=tls-server-end-point,,n=user,r=client", "malformed-request"],
    ["-PLUS without channel binding", "n,,n=user,r=client", "malformed-request", PLUS],
    ["-PLUS and y", "y,,n=user,r=client", "malformed-request", PLUS],
    ["another type of channel binding", "p=tls-unique,,n=user,r=client", "malformed-request", PLUS],
  ];

for (const [what, message, condition, server] of BAD_FIRSTS) {
  Deno.test(`SCRAM refuses a first message with ${what}`, () => {
    assert.equal(say(new Scram(options("sha256", "AAAA", server)), message), `failure ${condition}`);
  });
}

const GOOD = scramScript(BASE);
const BOUND = scramScript({ ...BASE, ...WITH_BINDING });

/** Final messages that end the handshake. */
const BAD_FINALS: readonly (readonly [what: string, message: string, condition: string])[] = [
  ["nothing", "", "malformed-request"],
  ["no proof", GOOD.final.replace(/,p=.*/, ""), "malformed-request"],
  ["a proof that is no base64", GOOD.final.replace(/,p=.*/, ",p=?"), "malformed-request"],
  ["something behind the proof", `${GOOD.final},x=1`, "malformed-request"],
  ["a mandatory extension", GOOD.final.replace(",p=", ",m=new,p="), "malformed-request"],
  ["an extension that was not signed", GOOD.final.replace(",p=", ",x=1,p="), "not-authorized"],
  ["another nonce, signed", scramScript({ ...BASE, finalNonce: "clientother" }).final, "not-authorized"],
  [
    "the client's nonce alone, signed",
    scramScript({ ...BASE, finalNonce: "client" }).final,
    "not-authorized",
  ],
  ["another GS2 header", GOOD.final.replace("c=biws", "c=eSws"), "not-authorized"],
  ["channel-binding data that was not announced", BOUND.final, "not-authorized"],
  ["a proof that is too short", GOOD.final.replace(/,p=.*/, ",p=AAAA"), "not-authorized"],
  ["the proof of another password", scramScript({ ...BASE, password: "pen" }).final, "not-authorized"],
];

for (const [what, message, condition] of BAD_FINALS) {
  Deno.test(`SCRAM refuses a final message with ${what}`, () => {
    const scram = new Scram(options("sha256", "AAAA"));
    assert.equal(say(scram, GOOD.first), `challenge ${GOOD.challenge}`);
    assert.equal(say(scram, message), `failure ${condition}`);
  });
}

Deno.test("SCRAM with -PLUS refuses the certificate of somebody in between", () => {
  const script = scramScript({ ...BASE, ...WITH_BINDING, channelBinding: END_POINT.toReversed() });
  const scram = new Scram(options("sha256", "AAAA", PLUS));
  assert.equal(say(scram, script.first), `challenge ${script.challenge}`);
  assert.equal(say(scram, script.final), "failure not-authorized");
});

Deno.test("SCRAM ignores optional extensions", () => {
  const scram = new Scram(options("sha256", "AAAA"));
  assert.equal(say(scram, `${GOOD.first},x=1`), `challenge ${GOOD.challenge}`);
});

Deno.test("SCRAM unescapes the username", () => {
  const asked: string[] = [];
  const base = options("sha256", "AAAA");
  const credentials = (username: string) => void asked.push(username);
  const scram = new Scram({ ...base, accounts: { ...base.accounts, credentials } });
  say(scram, "n,,n=a=2Cb=3Dc=3D2C,r=client");
  assert.deepEqual(asked, ["a,b=c=2c"]);
});

for (const stranger of ["nobody", "user@ship.example", "user@ship.example/x", "user/x", "x@y/z"]) {
  Deno.test(`SCRAM goes on with "${stranger}", who has no account, and fails at the end`, () => {
    const challenge = (username: string) =>
      say(new Scram(options("sha256", "AAAA")), `n,,n=${username},r=client`);
    const first = challenge(stranger);
    assert.match(first, /^challenge r=clientserver,s=[A-Za-z0-9+/]{22}==,i=10000$/);
    assert.equal(challenge(stranger), first, "the salt is always the same");
    assert.notEqual(challenge(`${stranger}2`), first, "and another for another name");

    const salt = decodeBase64(/s=([^,]+)/.exec(first)?.[1] ?? "");
    assert(salt !== undefined);
    const script = scramScript({ ...BASE, username: stranger, salt, iterations: 10_000 });
    const scram = new Scram(options("sha256", "AAAA"));
    assert.equal(say(scram, script.first), first);
    assert.equal(say(scram, script.final), "failure not-authorized");
  });
}

Deno.test("SCRAM lets nobody in without an account, not even with the secret behind the fake keys", () => {
  const { accounts } = options("sha256", "AAAA");
  const stored = (purpose: string) => hmac("sha256", accounts.fakeSecret, `${purpose} sha256 nobody`);
  const scram = new Scram(options("sha256", "AAAA"));
  const challenge = say(scram, "n,,n=nobody,r=client").replace(/^challenge /, "");
  const withoutProof = "c=biws,r=clientserver";
  const transcript = `n=nobody,r=client,${challenge},${withoutProof}`;
  const signature = hmac("sha256", digest("sha256", stored("stored key")), transcript);
  const proof = base64(xor(stored("stored key"), signature));
  assert.equal(say(scram, `${withoutProof},p=${proof}`), "failure not-authorized");
});

Deno.test("SCRAM gives a stranger's name in capitals the same salt", () => {
  const salts = ["nobody", "NoBody"].map((username) =>
    say(new Scram(options("sha1", "AAAA")), `n,,n=${username},r=client`)
  );
  assert.equal(salts[0], salts[1]);
});

Deno.test("SCRAM says temporary-auth-failure when accounts cannot be looked up", () => {
  const base = options("sha256", "AAAA");
  const scram = new Scram({ ...base, accounts: { ...base.accounts, credentials: () => "unavailable" } });
  assert.equal(say(scram, GOOD.first), "failure temporary-auth-failure");
});
