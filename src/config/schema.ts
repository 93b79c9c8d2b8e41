import { clients } from "./clients.ts";
import { notBuilt, optional, section, type ValueOf } from "./field.ts";
import { domain, path } from "./leaves.ts";
import { limits, log } from "./limits.ts";
import { peers } from "./peer.ts";

const tls = section("Certificate for clients and for links under TLS.", {
  certificate: path({ about: "Certificate chain, PEM." }),
  key: path({ about: "Private key, PEM." }),
});

/** The configuration file: every key with its type, unit, default and meaning. */
export const root = section("Configuration of a Halyard server.", {
  domain: domain({ about: "The domain served here; users are name@domain." }),
  data: path({ about: "Folder for the database and the generated certificate.", fallback: "./data" }),
  tls: optional("self-signed certificate, made at first start, kept in `data`", tls),
  clients,
  rooms: notBuilt("Chat rooms at a domain of their own (XEP-0045)."),
  admin: notBuilt("Live page, /metrics, /healthz and /status.json over HTTP."),
  peers,
  limits,
  log,
});

/**
 * The configuration as the server uses it: every default filled in, names in camel case, numbers with their unit
 * last, domains in prepared form, paths resolved against the folder of the file.
 */
export type Config = ValueOf<typeof root>;

/** A peer's configuration. */
export type PeerConfig = ValueOf<typeof peers> extends ReadonlyMap<string, infer P> ? P : never;

/** How to reach a peer: one entry of `carriers`. */
export type CarrierConfig = PeerConfig["carriers"][number];

/** A carrier over TCP. */
export type TcpConfig = Extract<CarrierConfig, { readonly kind: "tcp" }>;
