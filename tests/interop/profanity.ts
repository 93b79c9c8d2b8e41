import { canUseInTerminal, Terminal } from "./terminal.ts";

const ROMEO = "romeo@ship.example";
const JULIET = "juliet@shore.example";

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

/** Romeo and Juliet, who do not know one another, add each other and allow what the other asks. */
export async function makeFriends(romeo: Terminal, juliet: Terminal): Promise<void> {
  await romeo.type(`/roster add ${JULIET} Juliet`);
  await romeo.type(`/sub request ${JULIET}`);
  await juliet.sees(/authorization request from romeo@ship\.example/);
  await juliet.type(`/sub allow ${ROMEO}`);
  await juliet.type(`/sub request ${ROMEO}`);
  await romeo.sees(/authorization request from juliet@shore\.example/);
  await romeo.type(`/sub allow ${JULIET}`);
}
