import { walkFiles } from "../support/files.ts";
import { runTranscript } from "./runner.ts";

/** The first line of a transcript says, behind its `#`, what it shows. */
for (const path of walkFiles(["tests/wire"], ".txt")) {
  const text = Deno.readTextFileSync(path);
  const [title = path] = text.split("\n");
  Deno.test(`${title.replace(/^#\s*/, "")} (${path.replace("tests/wire/", "")})`, () => runTranscript(text));
}
