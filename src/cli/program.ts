import { Command, CommanderError, Option } from "commander";
import { check } from "./check.ts";
import { EXIT, print } from "./exit.ts";
import { init } from "./init.ts";
import { VERSION } from "./version.ts";

const CONFIG_FLAG = "-c, --config <file>";
const CONFIG_HELP = "configuration file (YAML)";

/**
 * The command line: every command with its arguments and help. What only one command needs is loaded when that
 * command runs, so that `halyard run` starts fast.
 */
export function program(): Command {
  const root = new Command("halyard")
    .description("An XMPP server for constrained links: Satcom, HF, VHF and UHF radio.")
    .version(VERSION, "-V, --version", "print the version")
    .showHelpAfterError("(halyard COMMAND --help tells more)")
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "halyard: ")) })
    .exitOverride((error) => {
      throw new CommanderError(error.exitCode === 0 ? EXIT.done : EXIT.usage, error.code, error.message);
    });
  addServerCommands(root);
  addExplain(root);
  addUserCommands(root);
  addLinkCommands(root);
  addKeyCommands(root);
  addDemo(root);
  addSim(root);
  root.command("version").description("print the version").action(() => print(VERSION));
  return root;
}

function addServerCommands(root: Command): void {
  root.command("run")
    .description("start the server in the foreground; prints `ready` once every listener is open")
    .requiredOption(CONFIG_FLAG, CONFIG_HELP)
    .action(async (options) => (await import("./run.ts")).run(options));
  root.command("check")
    .description("say everything that is wrong with a configuration, with line and column")
    .requiredOption(CONFIG_FLAG, CONFIG_HELP)
    .action(check);
  root.command("init")
    .description("write a commented starter configuration")
    .argument("[dir]", "where to write halyard.yaml", ".")
    .action(init);
  root.command("status")
    .description("show a running server's peers, links, queues, bytes and savings")
    .requiredOption(CONFIG_FLAG, CONFIG_HELP)
    .option("--json", "as JSON, for programs")
    .action(async (options) => (await import("./status.ts")).status(options));
}

function addExplain(root: Command): void {
  root.command("explain")
    .description("read stanzas from standard input and show what a peer's rules do to each; sends nothing")
    .requiredOption(CONFIG_FLAG, CONFIG_HELP)
    .requiredOption("--peer <name>", "the peer's name in the configuration")
    .option("--carrier <carrier>", "as if this carrier were in use, by its kind or its place from 1")
    .action(async (options) => (await import("./explain.ts")).explain(options));
}

function addUserCommands(root: Command): void {
  const user = root.command("user").description(
    "make, change, remove and list accounts; also while the server runs",
  );
  const withPassword = (command: Command) =>
    command.argument("<jid>", "the account, such as romeo@ship.example")
      .requiredOption(CONFIG_FLAG, CONFIG_HELP)
      .option("--password-stdin", "read the password from standard input instead of asking for it");
  withPassword(user.command("add").description("make an account"))
    .action(async (jid, options) => (await import("./user.ts")).userAdd(jid, options));
  withPassword(user.command("passwd").description("set another password"))
    .action(async (jid, options) => (await import("./user.ts")).userPasswd(jid, options));
  user.command("remove")
    .description("remove an account with its contacts and waiting messages")
    .argument("<jid>", "the account")
    .requiredOption(CONFIG_FLAG, CONFIG_HELP)
    .action(async (jid, options) => (await import("./user.ts")).userRemove(jid, options));
  user.command("list")
    .description("list the accounts, one a line")
    .requiredOption(CONFIG_FLAG, CONFIG_HELP)
    .action(async (options) => (await import("./user.ts")).userList(options));
}

const LINK_ACTIONS = {
  up: "let a link work again after `link down` or `link quiet`",
  down: "close a link and keep it closed, also after a restart; stanzas wait",
  quiet: "receive only: send nothing and call nobody, also after a restart; stanzas wait",
  flush: "give up what waits for a link; the senders are told",
} as const;

function addLinkCommands(root: Command): void {
  const link = root.command("link").description("steer the link to a peer of a running server");
  for (const [action, description] of Object.entries(LINK_ACTIONS)) {
    link.command(action)
      .description(description)
      .argument("<peer>", "the peer's name in the configuration")
      .requiredOption(CONFIG_FLAG, CONFIG_HELP)
      .action(async (peer, options) =>
        (await import("./link.ts")).steerLink(action as keyof typeof LINK_ACTIONS, peer, options)
      );
  }
}

function addKeyCommands(root: Command): void {
  const key = root.command("key").description(
    "make and compare the keys that prove who sends on a link (`auth`)",
  );
  key.command("make")
    .description("make a key; bring the file to the other side by a way that nobody else reads")
    .argument("<file>", "where to write it, readable by its owner only")
    .action(async (file) => (await import("./key.ts")).keyMake(file));
  key.command("show")
    .description("print a key's fingerprint, to be compared aloud with the other side")
    .argument("<file>", "the key")
    .action(async (file) => (await import("./key.ts")).keyShow(file));
}

function addDemo(root: Command): void {
  root.command("demo")
    .description("run a ship and a shore with a simulated link between them, until interrupted")
    .addOption(
      new Option("--carrier <name>", "what bears the link").choices(["tcp", "stanag5066"]).default("tcp"),
    )
    .option("--rate <bps>", "bits a second (default: 2400; over stanag5066 1200, and as for sim stanag5066)")
    .option("--delay <ms>", "over tcp: milliseconds one way (default: 500)")
    .option("--turnaround <ms>", "over stanag5066: milliseconds between two transmissions (default: 2000)")
    .option("--interleaver <name>", "over stanag5066: as for sim stanag5066 (default: short)")
    .action(async (options) => (await import("./demo.ts")).demo(options));
}

function addSim(root: Command): void {
  const sim = root.command("sim").description("simulate what is hard to have on a desk, for rehearsals");
  const each = (word: string, words: string[] = []) => [...words, word];
  sim.command("stanag5066")
    .description("run two STANAG 5066 nodes on one HF channel, a SIS server each, until interrupted")
    .option(
      "--rate <bps>",
      "bits a second: 75, 150, 300, 600, 1200, 2400, 3200, 4800, 6400, 8000, 9600",
      "1200",
    )
    .option("--interleaver <name>", "short or long; others of the rate's waveform too", "short")
    .option("--turnaround <ms>", "milliseconds between two transmissions", "2000")
    .option("--loss <percent>", "interleaver blocks that are lost", "0")
    .option("--burst <blocks>", "blocks lost in a row, on average", "3")
    .option(
      "--outage <from-to>",
      "seconds since the start in which nothing gets through; may be repeated",
      each,
    )
    .option("--speed <n>", "how many times as fast as real time everything runs", "1")
    .option("--seed <n>", "what the losses depend on", "1")
    .option(
      "--listen <host:port>",
      "where a SIS server listens, once for each (default: 127.0.0.1:5066, :5067)",
      each,
    )
    .option("--address <address>", "a node's address, once for each (default: 1.2.3.4, 1.2.3.5)", each)
    .action(async (options) => (await import("./sim_stanag5066.ts")).simStanag5066(options));
}
