import type { CloseReason } from "../base/mod.ts";
import { errorText } from "../base/mod.ts";
import { ConnectError, type Endpoint, type Listener } from "./transport.ts";
import type { Wire } from "./wire.ts";

/** Plain TCP, as one runtime's API offers it. */
export interface Sockets {
  /**
   * @param onWire called for each connection; nothing has been read from it yet
   * @throws {Error} when it cannot listen there
   */
  listen(at: Endpoint, keepAlive: boolean, onWire: (wire: Wire) => void): Promise<Listener>;
  /** @throws {ConnectError} when the call fails */
  connect(to: Endpoint, keepAlive: boolean, timeoutMs: number): Promise<Wire>;
}

/**
 * When the first TCP keep-alive probe goes out on a silent link: late, because each costs air time, and early enough
 * that a router between the two does not forget the connection.
 */
export const KEEP_ALIVE_DELAY_MS = 5 * 60_000;

/** `address:port`, or `[address]:port` for IPv6. */
export function formatEndpoint({ host, port }: Endpoint): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** An IPv4 address in its own form, where a socket for both families shows it inside an IPv6 one. */
export function plainHost(host: string): string {
  return host.replace(/^::ffff:(?=\d+\.)/i, "");
}

/** Says in our words why a call failed, from what the runtime threw. */
export function connectError(error: unknown, to: Endpoint): ConnectError {
  const reason = reasonByCode[codeOf(error)] ?? "unreachable";
  return new ConnectError(reason, `Cannot connect to ${formatEndpoint(to)}: ${errorText(error)}`);
}

/** The same when nothing came in time. */
export function connectTimeout(to: Endpoint, timeoutMs: number): ConnectError {
  return new ConnectError(
    "timeout",
    `Cannot connect to ${formatEndpoint(to)}: no answer within ${timeoutMs} ms`,
  );
}

/** The message of an error to throw when it cannot be listened there. */
export function listenError(error: unknown, at: Endpoint): Error {
  return new Error(`Cannot listen on ${formatEndpoint(at)}: ${errorText(error)}`, { cause: error });
}

const reasonByCode: Readonly<Record<string, CloseReason>> = {
  ECONNREFUSED: "refused",
  ETIMEDOUT: "timeout",
  ECONNRESET: "lost",
};

/** The system's name for what went wrong, such as `ECONNRESET`; empty where there is none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
