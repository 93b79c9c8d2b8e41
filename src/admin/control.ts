/** What a running server can be asked. */
export const CONTROL_COMMANDS = [
  "status",
  "account-removed",
  "link-up",
  "link-down",
  "link-quiet",
  "link-flush",
  "link-recent",
] as const;

/** A question to a running server. */
export interface ControlRequest {
  readonly command: typeof CONTROL_COMMANDS[number];
  /** Username or peer name, as the command needs. */
  readonly name?: string;
}

/** What is sent: the request, and the token that says that the asker may read the data directory. */
export interface SignedRequest extends ControlRequest {
  readonly token: string;
}

/** What comes back: the answer, or why there is none. */
export type ControlResponse = { readonly ok: unknown } | { readonly error: string };

/**
 * Reads a request as it came.
 * @throws {Error} when it is none
 */
export function parseRequest(line: string): SignedRequest {
  const { token, command, name } = JSON.parse(line) as Record<string, unknown>;
  const known = CONTROL_COMMANDS.find((one) => one === command);
  if (known === undefined) throw new Error(`Cannot answer: ${JSON.stringify(command)} is no command`);
  return {
    command: known,
    token: typeof token === "string" ? token : "",
    ...(typeof name === "string" ? { name } : {}),
  };
}
