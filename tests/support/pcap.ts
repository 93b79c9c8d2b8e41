/** A piece of a TCP connection on its way between two ports of this machine. */
export interface TcpPiece {
  readonly from: number;
  readonly to: number;
  readonly octets: Uint8Array;
}

const MAGIC = 0xa1b2c3d4;
/** Packets begin with their IP header. */
const LINK_TYPE_RAW = 101;
const PACKET_HEADER_BYTES = 16;
const IP_HEADER_BYTES = 20;
const TCP_HEADER_BYTES = 20;
const HEADERS_BYTES = IP_HEADER_BYTES + TCP_HEADER_BYTES;
const LOCAL = 0x7f000001;
const TCP = 6;
const PSH_ACK = 0x18;

/**
 * A capture file (pcap 2.4) of TCP pieces, one a packet, for programs that take protocols apart. Sequence numbers are
 * right; checksums are left at zero, as where a network card fills them in.
 */
export function tcpCapture(pieces: readonly TcpPiece[]): Uint8Array<ArrayBuffer> {
  const nextSequence = new Map<number, number>();
  const packets = pieces.map((piece, index) => {
    const [sequence, acknowledged] = [nextSequence.get(piece.from) ?? 1, nextSequence.get(piece.to) ?? 1];
    nextSequence.set(piece.from, sequence + piece.octets.length);
    return packet(piece, index, sequence, acknowledged);
  });
  const header = new DataView(new ArrayBuffer(24));
  header.setUint32(0, MAGIC);
  header.setUint16(4, 2);
  header.setUint16(6, 4);
  header.setUint32(16, 0x40000);
  header.setUint32(20, LINK_TYPE_RAW);
  return new Uint8Array([header.buffer, ...packets].flatMap((part) => [...new Uint8Array(part)]));
}

function packet(piece: TcpPiece, index: number, sequence: number, acknowledged: number): ArrayBuffer {
  const { from, to, octets } = piece;
  const sizeBytes = HEADERS_BYTES + octets.length;
  const view = new DataView(new ArrayBuffer(PACKET_HEADER_BYTES + sizeBytes));
  view.setUint32(0, index);
  view.setUint32(8, sizeBytes);
  view.setUint32(12, sizeBytes);
  const ip = PACKET_HEADER_BYTES;
  view.setUint8(ip, 0x45);
  view.setUint16(ip + 2, sizeBytes);
  view.setUint8(ip + 8, 64);
  view.setUint8(ip + 9, TCP);
  view.setUint32(ip + 12, LOCAL);
  view.setUint32(ip + 16, LOCAL);
  const tcp = ip + IP_HEADER_BYTES;
  view.setUint16(tcp, from);
  view.setUint16(tcp + 2, to);
  view.setUint32(tcp + 4, sequence);
  view.setUint32(tcp + 8, acknowledged);
  view.setUint8(tcp + 12, (TCP_HEADER_BYTES / 4) << 4);
  view.setUint8(tcp + 13, PSH_ACK);
  view.setUint16(tcp + 14, 0xffff);
  new Uint8Array(view.buffer).set(octets, tcp + TCP_HEADER_BYTES);
  return view.buffer;
}
