import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";

/** A client's socket: bytes out by `write`, bytes in by the callback given when it was made. */
export interface ClientSocket {
  /** Resolves when the bytes have left for the system; rejects once the socket is gone. */
  write(bytes: Uint8Array): Promise<void>;
  /** Sends the end of our side; the other stays open. */
  finish(): void;
  /** Reads no more. */
  pause(): void;
  /** Ends both sides without a word. */
  destroy(): void;
  readonly closed: Promise<void>;
  /** Channel-binding data of type tls-server-end-point (for a certificate signed with SHA-256). */
  readonly serverEndPoint: Uint8Array | undefined;
}

/** Opens a TCP connection to a port on loopback. */
export async function openTcp(port: number, onBytes: (bytes: Uint8Array) => void): Promise<ClientSocket> {
  const socket = connectTcp({ port, host: "127.0.0.1", allowHalfOpen: true });
  await once(socket, "connect");
  return wrap(socket, onBytes, undefined);
}

/** Opens a TLS connection to a port on loopback; any certificate will do. */
export async function openTls(
  port: number,
  onBytes: (bytes: Uint8Array) => void,
  serverName: string,
): Promise<ClientSocket> {
  const socket = connectTls({ port, host: "127.0.0.1", servername: serverName, rejectUnauthorized: false });
  await once(socket, "secureConnect");
  return wrap(socket, onBytes, endPoint(socket));
}

function endPoint(socket: TLSSocket): Uint8Array {
  return createHash("sha256").update(socket.getPeerCertificate().raw).digest();
}

function wrap(
  socket: Socket,
  onBytes: (bytes: Uint8Array) => void,
  serverEndPoint: Uint8Array | undefined,
): ClientSocket {
  socket.setNoDelay(true);
  socket.on("data", (bytes: Buffer) => onBytes(bytes));
  // Every way to end is told by "close"; hostile tests meet them all.
  socket.on("error", () => {});
  const ended = Promise.withResolvers<void>();
  socket.on("close", () => ended.resolve());
  socket.on("end", () => socket.end());
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, (error) => error ? reject(error) : resolve());
      }),
    finish: () => void socket.end(),
    pause: () => void socket.pause(),
    destroy: () => void socket.destroy(),
    closed: ended.promise,
    serverEndPoint,
  };
}
