import { canUseInTerminal, Terminal } from "./terminal.ts";

/** How to log in over STARTTLS. */
export interface PoezioLogin {
  readonly jid: string;
  readonly password: string;
  readonly port: number;
  /** File with the certificate to trust. */
  readonly ca: string;
  /** Plugins of its own to load. */
  readonly plugins?: readonly string[];
}

/** Whether poezio is there, and a terminal for it. */
export function canUsePoezio(): boolean {
  return canUseInTerminal("poezio");
}

/** Starts the console client poezio and logs in. */
export async function poezio({ jid, password, port, ca, plugins = [] }: PoezioLogin): Promise<Terminal> {
  const settings = {
    jid,
    password,
    custom_host: "127.0.0.1",
    custom_port: port,
    ca_cert_path: "ca.pem",
    plugins_autoload: plugins.join(":"),
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key} = ${value}\n`);
  const client = await Terminal.start({
    command: "poezio --file poezio.cfg",
    files: { "poezio.cfg": `[Poezio]\n${lines.join("")}`, "ca.pem": await Deno.readTextFile(ca) },
    isWaryOfRoot: true,
  });
  try {
    await client.sees(/Authentication success/i);
    return client;
  } catch (error) {
    await client[Symbol.asyncDispose]();
    throw error;
  }
}
