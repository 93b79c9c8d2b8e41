import { LineCounter, parseAllDocuments, type YAMLError } from "yaml";
import type { Fault, KeyPath } from "./fault.ts";
import { NodeReader } from "./nodes.ts";

/** A place in the text; line and column from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Something wrong with the text as YAML. */
export interface SyntaxFault extends Position {
  readonly message: string;
  /** Whether what follows in the file may have been misunderstood. */
  readonly isFatal: boolean;
}

/** A configuration file as YAML: its plain values, and where they stand. */
export interface YamlDocument {
  /** Undefined when the file is empty. */
  readonly value: unknown;
  readonly faults: readonly SyntaxFault[];
  /** Where the value at `path` begins, or its key; when there is none, the nearest thing that contains it. */
  locate(path: KeyPath, at: Fault["at"]): Position;
}

/** Reads one YAML 1.2 document (core schema). Anything wrong with it is in `faults`; it never throws. */
export function readYaml(text: string): YamlDocument {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, logLevel: "error" });
  const [first, second] = documents;
  const contents = first?.contents;
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };

  const faults: SyntaxFault[] = [];
  const reader = new NodeReader((offset, message) => faults.push({ ...at(offset), message, isFatal: true }));
  const value = contents ? reader.read(contents) : undefined;
  if (first !== undefined) faults.push(...syntaxFaults([...first.errors, ...first.warnings], at));
  if (second !== undefined) {
    const message = "a second YAML document begins here; a configuration is one document: remove the rest";
    faults.push({ ...at(second.range[0]), message, isFatal: true });
  }
  return { value, faults, locate: (path, kind) => at(contents ? reader.offsetOf(contents, path, kind) : 0) };
}

/** The parser's errors, one for each place, in our words where ours say more. */
function syntaxFaults(errors: readonly YAMLError[], at: (offset: number) => Position): SyntaxFault[] {
  // Out of stack: the reader has reported the depth long before; what else the parser says is confusion.
  if (errors.some((error) => error.code === "RESOURCE_EXHAUSTION")) return [];
  const firstStray = errors.find(isStray);
  const telling = errors.filter((error) => !isStray(error) || error === firstStray);
  const byOffset = new Map(telling.toReversed().map((error) => [error.pos[0], error]));
  return [...byOffset].map(([offset, error]) => ({
    ...at(offset),
    message: syntaxMessage(error),
    isFatal: error.code !== "DUPLICATE_KEY",
  }));
}

/** Whether the parser found something behind what it took for the end; then it complains of every word to the end. */
function isStray(error: YAMLError): boolean {
  return error.code === "UNEXPECTED_TOKEN" && error.message.includes("in YAML stream");
}

function syntaxMessage(error: YAMLError): string {
  if (isStray(error)) return "not valid YAML: this belongs to nothing before it; check the indentation above";
  switch (error.code) {
    case "DUPLICATE_KEY":
      return "this key stands twice in the same section; keep one of them";
    case "TAB_AS_INDENT":
      return "tabs are not allowed as indentation; use spaces";
    case "MULTILINE_IMPLICIT_KEY":
      return "not valid YAML: a key needs its colon on the same line";
    case "TAG_RESOLVE_FAILED":
      return `${error.message}; tags have no meaning here: remove it`;
    case "BLOCK_AS_IMPLICIT_KEY":
    case "UNEXPECTED_TOKEN":
      return `not valid YAML: ${error.message}; put quotes around a text with ": ", "[" or "{" in it`;
    default:
      return `not valid YAML: ${error.message}`;
  }
}
