import { byDefault, notBuilt, optional, section } from "./field.ts";
import { flag, listen } from "./leaves.ts";

/** Where clients are awaited when a door is named without an address. */
export const CLIENT_LISTEN = {
  starttls: "0.0.0.0:5222",
  tls: "0.0.0.0:5223",
  plaintext: "127.0.0.1:5221",
} as const;

/** The doors that are open when the file has no `clients`. */
export const DEFAULT_CLIENTS = { starttls: {}, tls: {} } as const;

const starttls = section("Clients that start in the clear and upgrade to TLS (RFC 6120 section 5).", {
  listen: listen({ about: "IP address and port of the listener.", fallback: CLIENT_LISTEN.starttls }),
});

const tls = section("Clients under TLS from the first byte (XEP-0368).", {
  listen: listen({ about: "IP address and port of the listener.", fallback: CLIENT_LISTEN.tls }),
});

const plaintext = section("Clients without TLS, for programs on this machine.", {
  listen: listen({
    about: "IP address and port of the listener; a loopback address unless `insecure` is true.",
    fallback: CLIENT_LISTEN.plaintext,
  }),
  insecure: flag({
    about: "Allows a listener without TLS that other machines reach: passwords can be read on the way.",
    fallback: false,
  }),
});

/** Where clients come in. */
export const clients = byDefault(
  DEFAULT_CLIENTS,
  section("Where clients come in; when given, only the listeners named in it are opened.", {
    starttls: optional("not opened when `clients` is given", starttls),
    tls: optional("not opened when `clients` is given", tls),
    websocket: notBuilt("Clients over WebSocket (RFC 7395)."),
    plaintext: optional("not opened", plaintext),
  }),
  "`starttls` and `tls`",
);
