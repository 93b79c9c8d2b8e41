import { octets, randomOctets } from "./zlib.ts";

const BODIES = new URL("../../../tests/bench/messages.txt", import.meta.url);

/** Kinds of traffic, a stanza a block, as they cross a link. */
export function stanzas(): Readonly<Record<string, readonly Uint8Array[]>> {
  const bodies = Deno.readTextFileSync(BODIES).split("\n").filter((line) => line !== "");
  const escaped = bodies.map((body) => body.replaceAll("&", "&amp;").replaceAll("<", "&lt;"));
  return {
    "messages of a phone": escaped.map((body, index) => phoneMessage(body, uuid(index))),
    "bare messages": escaped.map((body, index) =>
      octets(
        "<message from='romeo@ship.example/phone' to='juliet@shore.example' type='chat' " +
          `id='${index}'><body>${body}</body></message>`,
      )
    ),
    "long messages": Array.from(
      { length: escaped.length / 4 },
      (_, index) => phoneMessage(escaped.slice(4 * index, 4 * index + 4).join(" "), uuid(index)),
    ),
    "messages, receipts and presence": escaped.flatMap((body, index) => [
      phoneMessage(body, uuid(index)),
      receipt(uuid(index), uuid(1_000 + index)),
      ...(index % 5 === 0 ? [presence(`contact${index % 7}`)] : []),
    ]),
  };
}

function phoneMessage(body: string, id: string): Uint8Array {
  return octets(
    `<message to='juliet@shore.example' type='chat' id='${id}'><body>${body}</body>` +
      "<active xmlns='http://jabber.org/protocol/chatstates'/><request xmlns='urn:xmpp:receipts'/>" +
      `<markable xmlns='urn:xmpp:chat-markers:0'/><origin-id xmlns='urn:xmpp:sid:0' id='${id}'/></message>`,
  );
}

function receipt(of: string, id: string): Uint8Array {
  return octets(
    `<message from='juliet@shore.example/desk' to='romeo@ship.example/phone' id='${id}'>` +
      `<received xmlns='urn:xmpp:receipts' id='${of}'/></message>`,
  );
}

function presence(name: string): Uint8Array {
  return octets(
    `<presence from='${name}@shore.example/desk' to='romeo@ship.example'>` +
      "<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='https://example.org/client' " +
      "ver='QgayPKawpkPSDYmwT/WM94uAlu0='/><x xmlns='vcard-temp:x:update'><photo/></x></presence>",
  );
}

/** A version 4 UUID that is the same in every run. */
function uuid(seed: number): string {
  const hex = [...randomOctets(32, seed + 1, 16)].map((digit) => digit.toString(16)).join("");
  const variant = `${"89ab"[Number.parseInt(hex.slice(16, 17), 16) & 3]}${hex.slice(17, 20)}`;
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, variant, hex.slice(20)].join("-");
}
