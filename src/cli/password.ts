import { CommandError, EXIT, printError } from "./exit.ts";

/** Longest password taken, octets of UTF-8. */
const PASSWORD_SIZE_BYTES = 1024;

/**
 * Reads a new password: one line of stdin with `fromStdin`, else twice from the terminal without echo. Never from
 * an argument, which every user of the machine could read.
 */
export async function readPassword(fromStdin: boolean): Promise<string> {
  if (fromStdin) return checked(await readLine());
  if (!Deno.stdin.isTerminal()) {
    throw new CommandError("Cannot ask for a password: no terminal; use --password-stdin", EXIT.usage);
  }
  const first = checked(await ask("Password: "));
  if (await ask("Again: ") !== first) {
    throw new CommandError("Cannot use the password: the two entries differ");
  }
  return first;
}

function checked(password: string): string {
  if (password === "") throw new CommandError("Cannot use an empty password");
  return password;
}

async function readLine(): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(PASSWORD_SIZE_BYTES);
  let text = "";
  for (;;) {
    const size = await Deno.stdin.read(buffer);
    if (size !== null) text += decoder.decode(buffer.subarray(0, size), { stream: true });
    const end = text.search(/\r?\n/);
    if (end >= 0) return text.slice(0, end);
    if (size === null) return text;
    if (text.length > PASSWORD_SIZE_BYTES) {
      throw new CommandError(`Cannot use a password of more than ${PASSWORD_SIZE_BYTES} characters`);
    }
  }
}

const CTRL_C = "\x03";
const BACKSPACES = ["\x7f", "\b"];

async function ask(question: string): Promise<string> {
  Deno.stderr.writeSync(new TextEncoder().encode(question));
  Deno.stdin.setRaw(true);
  try {
    return await readRaw();
  } finally {
    Deno.stdin.setRaw(false);
    printError("");
  }
}

async function readRaw(): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(64);
  let text = "";
  for (;;) {
    const size = await Deno.stdin.read(buffer);
    if (size === null) return text;
    for (const key of decoder.decode(buffer.subarray(0, size), { stream: true })) {
      if (key === "\r" || key === "\n") return text;
      if (key === CTRL_C) throw new CommandError("Interrupted");
      if (BACKSPACES.includes(key)) text = [...text].slice(0, -1).join("");
      else text += key;
    }
  }
}
