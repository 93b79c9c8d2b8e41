import { decodeNodeAddress, type NodeAddress } from "./node_address.ts";
import { SisError } from "./sis_error.ts";

/** Takes the fields of a primitive one after the other. Every method throws `SisError` `layout` when they are too few. */
export class Fields {
  readonly #octets: Uint8Array;
  #at = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  /** Octets not yet taken. */
  get left(): number {
    return this.#octets.length - this.#at;
  }

  octet(): number {
    const octet = this.#octets[this.#at];
    if (octet === undefined) throw new SisError("layout", "its fields do not fit into its size");
    this.#at++;
    return octet;
  }

  /** An octet as its high and its low half. */
  halves(): [high: number, low: number] {
    const octet = this.octet();
    return [octet >> 4, octet & 15];
  }

  u16(): number {
    return this.octet() << 8 | this.octet();
  }

  address(): NodeAddress {
    return decodeNodeAddress(this.octets(4));
  }

  /** A copy of so many octets. */
  octets(sizeBytes: number): Uint8Array {
    if (sizeBytes > this.left) throw new SisError("layout", "its fields do not fit into its size");
    this.#at += sizeBytes;
    return this.#octets.slice(this.#at - sizeBytes, this.#at);
  }

  rest(): Uint8Array {
    return this.octets(this.left);
  }

  /** @throws {SisError} `layout` when octets are left */
  end(): void {
    if (this.left > 0) throw new SisError("layout", "octets are left behind its fields");
  }
}
