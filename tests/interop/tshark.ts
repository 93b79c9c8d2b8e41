import { tcpCapture, type TcpPiece } from "../support/pcap.ts";
import { Scratch } from "../support/config.ts";

/** Whether tshark is there; else tests that need it are skipped, or fail, as for slixmpp. */
export function canUseTshark(): boolean {
  if (Deno.env.get("HALYARD_REQUIRE_INTEROP") === "1") return true;
  try {
    return new Deno.Command("tshark", { args: ["--version"], stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
}

/**
 * What Wireshark's dissectors make of a capture.
 * @returns for each packet the fields that it has out of `names`; values of the same field with commas between
 * @throws {Error} with what tshark said, when it fails
 */
export async function dissect(
  pieces: readonly TcpPiece[],
  names: readonly string[],
): Promise<Record<string, string>[]> {
  await using scratch = new Scratch();
  const path = `${scratch.path}/capture.pcap`;
  await Deno.writeFile(path, tcpCapture(pieces));
  const args = ["-r", path, "-n", "-T", "fields", "-E", "separator=|", "-E", "occurrence=a"];
  const fields = names.flatMap((name) => ["-e", name]);
  const output = await new Deno.Command("tshark", { args: [...args, ...fields] }).output();
  const text = new TextDecoder().decode(output.stdout);
  if (!output.success) throw new Error(`Cannot run tshark: ${new TextDecoder().decode(output.stderr)}`);
  return text.split("\n").slice(0, -1).map((line) => {
    const values = line.split("|");
    return Object.fromEntries(
      names.map((name, index) => [name, values[index] ?? ""]).filter(([, value]) =>
        value !== "" && value !== "<MISSING>"
      ),
    );
  });
}
