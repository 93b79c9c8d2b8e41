import { type Clock, systemClock } from "../base/mod.ts";
import { type ControlAddress, readAddress } from "./address.ts";
import type { ControlRequest, ControlResponse, SignedRequest } from "./control.ts";
import { closeOnce, readLine, writeLine } from "./line.ts";

/** Longest that an answer may take. */
export const ANSWER_MS = 10_000;
/** Largest answer: the status of some thousand peers. */
const ANSWER_SIZE_BYTES = 8 * 1_048_576;

/**
 * Asks the server that runs on `dataDirectory`.
 * @returns undefined when none runs there
 * @throws {Error} with the server's words when it cannot do what was asked; or when there is no telling, for instance
 * because the directory may not be read or no answer comes within `ANSWER_MS`
 */
export async function askServer(
  dataDirectory: string,
  request: ControlRequest,
  clock: Clock = systemClock,
): Promise<unknown> {
  const address = readAddress(dataDirectory);
  if (address === undefined) return undefined;
  const limit = new AbortController();
  const cancelDeadline = clock.after(ANSWER_MS, () => limit.abort());
  try {
    const connection = await connect(address, limit.signal);
    if (connection === undefined) return undefined;
    const response = await exchange(connection, { ...request, token: address.token }, limit.signal);
    if ("error" in response) throw new Error(response.error);
    return response.ok;
  } catch (error) {
    if (!limit.signal.aborted) throw error;
    throw new Error(`Cannot ask the server: no answer within ${ANSWER_MS} ms`, { cause: error });
  } finally {
    cancelDeadline();
  }
}

/** @returns undefined when nobody listens: that server was killed */
async function connect({ port }: ControlAddress, signal: AbortSignal): Promise<Deno.Conn | undefined> {
  try {
    return await Deno.connect({ hostname: "127.0.0.1", port, signal });
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return undefined;
    throw error;
  }
}

async function exchange(
  connection: Deno.Conn,
  request: SignedRequest,
  signal: AbortSignal,
): Promise<ControlResponse> {
  signal.addEventListener("abort", () => closeOnce(connection));
  try {
    await writeLine(connection, request);
    return JSON.parse(await readLine(connection, ANSWER_SIZE_BYTES)) as ControlResponse;
  } finally {
    closeOnce(connection);
  }
}
