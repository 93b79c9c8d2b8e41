import assert from "node:assert/strict";
import { walkFiles } from "./support/files.ts";
import { GENERATED } from "./support/generated.ts";

/** The floors of the house, lowest first; on the first floor the folders stand in their order. */
const FLOORS: readonly (readonly string[])[] = [
  ["base"],
  ["deflate"],
  ["xml"],
  ["stanza"],
  ["net"],
  ["stream", "stanag5066", "config", "storage"],
  ["router"],
  ["c2s", "s2s", "link", "cache", "im", "muc", "xep", "admin"],
  ["server", "specifications"],
  ["sim"],
  ["cli"],
];

/** Who may speak to the machine itself. */
const MAY_USE_RUNTIME = /^src\/(net|storage|config|s2s|admin|cli)\//;
const MAY_USE_CRYPTO = /^src\/(stream\/sasl\/|base\/hash\.ts)/;
const MAY_USE_CLOCK = /^src\/base\//;
const LONGEST_FILE_LINES = 400;
const LONGEST_LINE_CHARS = 120;

interface Source {
  readonly path: string;
  readonly text: string;
}

function isTest(path: string): boolean {
  return /_test\.ts$|_suite\.ts$|\/(testing_|test_)\w+\.ts$|\/testing\//.test(path);
}

const everything: Source[] = walkFiles(["src", "tests"], ".ts").map((path) => ({
  path,
  text: Deno.readTextFileSync(path),
}));
const product = everything.filter(({ path }) => path.startsWith("src/") && !isTest(path));

function floorOf(path: string): number {
  const [, folder = ""] = /^src\/(\w+)/.exec(path) ?? [];
  return FLOORS.findIndex((floor) => floor.includes(folder));
}

/** Comments and strings must not trip a search for code. */
function codeOf(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\/\/.*$/gm, "");
}

function offences(sources: readonly Source[], offence: (source: Source) => string | undefined): string[] {
  return sources.flatMap((source) => {
    const found = offence(source);
    return found === undefined ? [] : [`${source.path}: ${found}`];
  });
}

Deno.test("every folder of src stands on a floor", () => {
  assert.deepEqual(offences(product, ({ path }) => floorOf(path) < 0 ? "no floor" : undefined), []);
});

Deno.test("a folder imports from lower floors only, and only through the door of the other", () => {
  const found = offences(product, ({ path, text }) => {
    for (const [, target = ""] of text.matchAll(/(?:from|import\()\s*"(\.\.?\/[^"]+)"/g)) {
      const resolved = new URL(target, `file:///${path}`).pathname.slice(1);
      if (!resolved.startsWith("src/")) continue;
      const [, here] = /^src\/(\w+)/.exec(path) ?? [];
      const [, there] = /^src\/(\w+)/.exec(resolved) ?? [];
      if (here === there) continue;
      if (floorOf(resolved) >= floorOf(path)) return `may not import ${resolved}`;
      if (!/\/mod\.ts$|^src\/(server|specifications)\.ts$/.test(resolved)) {
        return `imports ${resolved} past its mod.ts`;
      }
    }
    return undefined;
  });
  assert.deepEqual(found, []);
});

Deno.test("only the doors of the house touch the runtime", () => {
  const found = offences(product, ({ path, text }) => {
    if (MAY_USE_RUNTIME.test(path)) return undefined;
    if (/\bDeno\./.test(codeOf(text))) return "uses Deno.*";
    const modules = [...codeOf(text).matchAll(/"(node:[\w/]+)"/g)].map(([, name]) => name);
    const others = modules.filter((name) => !(name === "node:crypto" && MAY_USE_CRYPTO.test(path)));
    return others.length > 0 ? `imports ${others.join(", ")}` : undefined;
  });
  assert.deepEqual(found, []);
});

Deno.test("only base touches the clock and the dice of the machine", () => {
  const forbidden = /\bDate\.now\(|\bsetTimeout\(|\bsetInterval\(|\bMath\.random\(|\bperformance\.now\(/;
  const found = offences(product, ({ path, text }) => {
    if (MAY_USE_CLOCK.test(path)) return undefined;
    return forbidden.exec(codeOf(text))?.[0];
  });
  assert.deepEqual(found, []);
});

Deno.test("files stay short enough to be read", () => {
  const found = offences(everything, ({ text }) => {
    const lines = text.split("\n");
    if (lines.length > LONGEST_FILE_LINES) return `${lines.length} lines`;
    const long = lines.findIndex((line) => line.length > LONGEST_LINE_CHARS && !/["'`]/.test(line));
    return long >= 0 ? `line ${long + 1} is long` : undefined;
  });
  assert.deepEqual(found, []);
});

Deno.test("what a file exports says what it is", () => {
  // A constant that is a plain number says all by its name.
  const exported =
    /^export (?:abstract )?(?:class|function|async function|const(?! \w+ = 0x[\da-f]+;)) (\w+)/;
  const found = offences(product, ({ text }) => {
    const lines = text.split("\n");
    for (const [index, line] of lines.entries()) {
      const name = exported.exec(line)?.[1];
      if (name !== undefined && !/\*\/$/.test(lines[index - 1] ?? "")) return `${name} has no doc comment`;
    }
    return undefined;
  });
  assert.deepEqual(found, []);
});

Deno.test("nothing is left unfinished and no check is switched off", () => {
  const marks = new RegExp(
    ["TO" + "DO", "FIX" + "ME", "deno-lint-" + "ignore", "@ts-" + "ignore", ": a" + "ny\\b"].join("|"),
  );
  assert.deepEqual(offences(everything, ({ text }) => marks.exec(text)?.[0]), []);
});

for (const { path, make } of GENERATED) {
  Deno.test(`${path} says what the code says (deno task generate)`, () => {
    const text = Deno.readTextFileSync(path);
    assert.equal(text, make(text));
  });
}
