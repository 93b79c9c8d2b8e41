import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type ParsedNode, type YAMLMap } from "yaml";
import type { Fault, KeyPath } from "./fault.ts";

/** Most values of a file once its aliases are replaced by what they stand for. */
export const VALUE_LIMIT = 100_000;
/** Most sections and lists inside one another. */
export const DEPTH_LIMIT = 32;

type YamlPair = Pair<ParsedNode, ParsedNode | null>;

/**
 * Turns the nodes of one YAML document into plain values and finds nodes again by their path. Aliases are followed
 * within bounds: a short file can stand for billions of values.
 */
export class NodeReader {
  readonly #fault: (offset: number, message: string) => void;
  readonly #anchors = new Map<string, Node>();
  /** What each alias stands for. */
  readonly #targets = new Map<Node, Node>();
  /** Sections and lists that are being read: an alias to one of them would contain itself. */
  readonly #open = new Set<Node>();
  #aliasLevel = 0;
  #valuesLeft = VALUE_LIMIT;

  /** @param fault told of what cannot be read, with its offset in the text */
  constructor(fault: (offset: number, message: string) => void) {
    this.#fault = fault;
  }

  /** The plain value of a document's contents. */
  read(node: Node, depth = 0): unknown {
    if (this.#valuesLeft < 0) return undefined;
    if (this.#valuesLeft-- === 0) {
      const message = `too many values; at most ${VALUE_LIMIT} are allowed, counting what aliases stand for`;
      this.#fault(offsetOfNode(node), message);
      return undefined;
    }
    if (isAlias(node)) return this.#readAlias(node, node.source, depth);
    // An anchor counts where it stands, not again wherever an alias repeats it.
    if (node.anchor !== undefined && this.#aliasLevel === 0) this.#anchors.set(node.anchor, node);
    if (isScalar(node)) return node.value;
    if (depth === DEPTH_LIMIT) {
      const message = `too many sections or lists inside one another; at most ${DEPTH_LIMIT} are allowed`;
      this.#fault(offsetOfNode(node), message);
      return undefined;
    }
    this.#open.add(node);
    const value = isMap(node)
      ? this.#readMap(node as YAMLMap.Parsed, depth)
      : node.items.map((item) => this.read(item as Node, depth + 1));
    this.#open.delete(node);
    return value;
  }

  #readAlias(alias: Node, anchor: string, depth: number): unknown {
    const target = this.#targets.get(alias) ?? this.#anchors.get(anchor);
    if (target === undefined || this.#open.has(target)) {
      const why = target === undefined ? "has no anchor before it" : "stands inside what it refers to";
      this.#fault(offsetOfNode(alias), `the alias *${anchor} ${why}; write the value itself here`);
      return undefined;
    }
    this.#targets.set(alias, target);
    this.#aliasLevel++;
    const value = this.read(target, depth);
    this.#aliasLevel--;
    return value;
  }

  #readMap(map: YAMLMap.Parsed, depth: number): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    for (const pair of map.items as YamlPair[]) {
      const key = keyText(pair);
      if (key === undefined) {
        this.#fault(offsetOfNode(pair.key), "this cannot be a key; a key is a plain word");
        continue;
      }
      value[key] = pair.value === null ? null : this.read(pair.value, depth + 1);
    }
    return value;
  }

  /** Offset of what stands at `path` below `node`; when there is nothing, of the nearest thing that contains it. */
  offsetOf(node: Node, path: KeyPath, at: Fault["at"]): number {
    const [step, ...rest] = path;
    const target = this.#targets.get(node) ?? node;
    if (step === undefined) return offsetOfNode(at === "missing" ? target : node);
    if (isSeq(target)) {
      const item = target.items[Number(step)] as Node | undefined;
      return item === undefined ? offsetOfNode(node) : this.offsetOf(item, rest, at);
    }
    if (!isMap(target)) return offsetOfNode(node);
    const pair = (target.items as YamlPair[]).findLast((pair) => keyText(pair) === String(step));
    if (pair === undefined) return offsetOfNode(target);
    const { key, value } = pair;
    if (rest.length === 0 && at === "key") return offsetOfNode(key);
    return value === null || isBlank(value) ? offsetOfNode(key) : this.offsetOf(value, rest, at);
  }
}

/** The key of a pair as text; undefined for lists, sections and the one name that objects cannot hold. */
function keyText(pair: YamlPair): string | undefined {
  if (!isScalar(pair.key)) return undefined;
  const text = String(pair.key.value);
  return text === "__proto__" ? undefined : text;
}

/** Whether a value is not there at all: `key:` and nothing behind it. */
function isBlank(node: ParsedNode): boolean {
  return node.range[0] === node.range[1];
}

function offsetOfNode(node: Node): number {
  return node.range?.[0] ?? 0;
}
