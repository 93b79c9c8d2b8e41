import { type Clock, type CloseReason, concat } from "../base/mod.ts";
import { checkIdentity } from "./certificate.ts";
import { Terminator } from "./terminator.ts";
import { NodeTlsAcceptor, type TlsAcceptor } from "./tls.ts";
import type { SecureTransport, TlsIdentity, UpgradableTransport } from "./transport.ts";
import { TransportError, type Wire } from "./wire.ts";
import { WireTransport } from "./wire_transport.ts";

/** Most that a client may send ahead of our side of the handshake; a ClientHello has a few hundred octets. */
export const MAX_EARLY_BYTES = 64 * 1024;

/** Where acceptors come from. */
export interface AcceptorSource {
  /** @throws {Error} when no kind of TLS works here */
  acceptor(): Promise<TlsAcceptor>;
}

/** Finds the acceptor that works on this runtime, at the first connection that needs one. */
export class TlsServer implements AcceptorSource {
  readonly #identity: TlsIdentity;
  readonly #nodeTlsWorks: () => Promise<boolean>;
  readonly #clock: Clock;
  #acceptor: Promise<TlsAcceptor> | undefined;

  /**
   * @param nodeTlsWorks whether `node:tls` can take over a socket here
   * @throws {Error} when certificate and key are not fit for use
   */
  constructor(identity: TlsIdentity, nodeTlsWorks: () => Promise<boolean>, clock: Clock) {
    checkIdentity(identity);
    this.#identity = identity;
    this.#nodeTlsWorks = nodeTlsWorks;
    this.#clock = clock;
  }

  acceptor(): Promise<TlsAcceptor> {
    return this.#acceptor ??= this.#choose();
  }

  /** Stops accepting; transports that were made go on. */
  async close(): Promise<void> {
    const acceptor = await this.#acceptor?.catch(() => undefined);
    await acceptor?.close();
  }

  async #choose(): Promise<TlsAcceptor> {
    try {
      if (await this.#nodeTlsWorks()) return new NodeTlsAcceptor(this.#identity, this.#clock);
      return new Terminator(this.#identity, this.#clock);
    } catch (error) {
      this.#acceptor = undefined; // the next connection may have more luck
      throw error;
    }
  }
}

/**
 * A transport in the clear that can be put under TLS.
 *
 * What arrived before our last write began was sent in the clear and is dropped at the upgrade; what arrived since
 * (that write being the `<proceed/>`) belongs to the handshake, whether or not someone has read it from `readable`
 * in the meantime. So a client that answers faster than we turn around is not left hanging.
 */
export class StartTlsTransport extends WireTransport implements UpgradableTransport {
  readonly #tls: AcceptorSource | undefined;
  readonly #early = new EarlyBytes();
  #upgrading = false;
  #aborted: CloseReason | undefined;
  #secure: SecureTransport | undefined;

  /** @param tls undefined where TLS is not to be had; `startTls` then rejects */
  constructor(wire: Wire, tls: AcceptorSource | undefined) {
    super(wire);
    this.#tls = tls;
  }

  async startTls(timeoutMs: number): Promise<SecureTransport> {
    if (this.#tls === undefined) throw new Error("Cannot start TLS: this listener has no certificate");
    if (this.#upgrading) throw new Error("Cannot start TLS: it was started before");
    this.#upgrading = true;
    const wire = this.giveUpWire();
    try {
      const acceptor = await this.#tls.acceptor();
      this.#secure = await acceptor.accept(wire, this.#early.take(), timeoutMs);
    } catch (error) {
      const reason = this.#aborted ?? (error instanceof TransportError ? error.reason : "internal");
      wire.destroy(reason);
      this.settle(reason);
      throw error;
    }
    this.#secure.closed.then(this.settle);
    return this.#secure;
  }

  override abort(reason: CloseReason): void {
    this.#aborted ??= reason;
    if (this.#secure !== undefined) this.#secure.abort(reason);
    else super.abort(reason);
  }

  override data(bytes: Uint8Array): boolean {
    if (this.#tls !== undefined) this.#early.add(bytes);
    return this.#upgrading ? false : super.data(bytes);
  }

  protected override send(bytes: Uint8Array): Promise<void> {
    this.#early.forget();
    return super.send(bytes);
  }
}

/** What arrived since our last write began. */
class EarlyBytes {
  #chunks: Uint8Array[] = [];
  #sizeBytes = 0;

  /** Past the limit nothing is kept any more, only counted. */
  add(bytes: Uint8Array): void {
    this.#sizeBytes += bytes.length;
    if (this.#sizeBytes > MAX_EARLY_BYTES) this.#chunks = [];
    // A copy: a chunk as it comes from a socket may hold on to 64 KB however short it is.
    else this.#chunks.push(bytes.slice());
  }

  forget(): void {
    this.#chunks = [];
    this.#sizeBytes = 0;
  }

  /** @throws {TransportError} when there was more than a handshake can begin with */
  take(): Uint8Array {
    const chunks = this.#chunks;
    const sizeBytes = this.#sizeBytes;
    this.forget();
    if (sizeBytes > MAX_EARLY_BYTES) {
      const size = `${sizeBytes} octets before the handshake exceed the limit of ${MAX_EARLY_BYTES}`;
      throw new TransportError("limit", `Cannot start TLS: ${size}`);
    }
    return concat(chunks);
  }
}
