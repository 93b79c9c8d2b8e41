import { canUseInTerminal, Terminal } from "./terminal.ts";

/** How to log in over STARTTLS. */
export interface ProfanityLogin {
  readonly jid: string;
  readonly password: string;
  readonly port: number;
}

/** Whether profanity is there, and a terminal for it. */
export function canUseProfanity(): boolean {
  return canUseInTerminal("profanity");
}

/** Starts the console client profanity and logs in. */
export async function profanity({ jid, password, port }: ProfanityLogin): Promise<Terminal> {
  const client = await Terminal.start({ command: "profanity" });
  try {
    await client.sees(/Type '\/help'/);
    await client.type("/presence console all");
    await client.type(`/connect ${jid} server 127.0.0.1 port ${port} tls trust`);
    await client.sees(/Enter password/);
    await client.type(password);
    await client.sees(/logged in successfully/);
    return client;
  } catch (error) {
    await client[Symbol.asyncDispose]();
    throw error;
  }
}
