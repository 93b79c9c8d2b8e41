import { Buffer } from "node:buffer";
import { timingSafeEqual } from "node:crypto";
import tls, { type SecureContext, TLSSocket } from "node:tls";
import type { Clock } from "../base/mod.ts";
import { checkIdentity, derFingerprint } from "./certificate.ts";
import { contextOf, type Handshake, handshake, releaseSocket } from "./tls.ts";
import type { LinkTls, Transport } from "./transport.ts";
import type { Wire } from "./wire.ts";
import { WireTransport } from "./wire_transport.ts";

/**
 * TLS on a link: each side shows a certificate and accepts exactly one, by its fingerprint. Names, dates and issuers
 * do not matter then, so that it works between machines without a common authority and without a right clock.
 */
export class PinnedTls {
  readonly #pin: Buffer;
  readonly #context: SecureContext;
  readonly #clock: Clock;

  /** @throws {Error} when certificate, key or fingerprint are not fit for use */
  constructor(link: LinkTls, clock: Clock) {
    checkIdentity(link);
    if (!/^[0-9a-f]{64}$/.test(link.peerFingerprint)) {
      throw new Error("Cannot use fingerprint: it must be 64 hexadecimal digits in lower case (SHA-256)");
    }
    this.#pin = Buffer.from(link.peerFingerprint);
    this.#context = contextOf(link);
    this.#clock = clock;
  }

  /**
   * Takes the wire of a caller over.
   * @throws {TransportError} when the handshake fails, takes too long, or shows another certificate
   */
  accept(wire: Wire, timeoutMs: number): Promise<Transport> {
    const carrier = releaseSocket(wire, new Uint8Array());
    const options = {
      secureContext: this.#context,
      isServer: true,
      requestCert: true,
      rejectUnauthorized: false,
    };
    return this.#secure({ carrier, begin: () => new TLSSocket(carrier, options), done: "secure", timeoutMs });
  }

  /** The same for a wire on which we called. */
  call(wire: Wire, timeoutMs: number): Promise<Transport> {
    const carrier = releaseSocket(wire, new Uint8Array());
    const options = { socket: carrier, secureContext: this.#context, rejectUnauthorized: false };
    return this.#secure({ carrier, begin: () => tls.connect(options), done: "secureConnect", timeoutMs });
  }

  async #secure(shake: Handshake): Promise<Transport> {
    const verify = (socket: TLSSocket) => this.#isPeer(socket);
    return new WireTransport(await handshake({ ...shake, verify }, this.#clock));
  }

  #isPeer(socket: TLSSocket): boolean {
    const der = socket.getPeerCertificate()?.raw;
    return der !== undefined && timingSafeEqual(Buffer.from(derFingerprint(der)), this.#pin);
  }
}
