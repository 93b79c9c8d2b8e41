/** Something with a place in a line. */
interface Placed {
  /** Rising along the line. */
  readonly order: number;
}

interface Node<T> {
  value: T;
  before: Node<T> | undefined;
  behind: Node<T> | undefined;
}

/**
 * A line in which one may stand in another's place, leave from anywhere, and be asked who is first, each in constant
 * time. (A `Map` searches its first key among all that were removed before it.)
 */
export class Line<T extends Placed> {
  readonly #nodes = new Map<number, Node<T>>();
  #first: Node<T> | undefined;
  #last: Node<T> | undefined;

  get size(): number {
    return this.#nodes.size;
  }

  get first(): T | undefined {
    return this.#first?.value;
  }

  /** Those in the line, the first first. */
  *[Symbol.iterator](): Generator<T> {
    for (let node = this.#first; node !== undefined; node = node.behind) yield node.value;
  }

  /** Takes the place of the one with the same order, or the last place: then its order must be the highest. */
  put(value: T): void {
    const there = this.#nodes.get(value.order);
    if (there !== undefined) {
      there.value = value;
      return;
    }
    const node = { value, before: this.#last, behind: undefined };
    if (this.#last === undefined) this.#first = node;
    else this.#last.behind = node;
    this.#last = node;
    this.#nodes.set(value.order, node);
  }

  /** Takes out who stands at that place; harmless when there is none. */
  delete(order: number): void {
    const node = this.#nodes.get(order);
    if (node === undefined) return;
    this.#nodes.delete(order);
    if (node.before === undefined) this.#first = node.behind;
    else node.before.behind = node.behind;
    if (node.behind === undefined) this.#last = node.before;
    else node.behind.before = node.before;
  }
}

/** Those in several lines, by their places; a line is asked only as far as the result is. */
export function* inOrder<T extends Placed>(lines: readonly Line<T>[]): Generator<T> {
  const rests = lines.map((line) => line[Symbol.iterator]());
  const heads = rests.map((rest) => rest.next());
  for (;;) {
    let first: { readonly value: T; readonly at: number } | undefined;
    for (const [at, head] of heads.entries()) {
      if (head.done === true || (first !== undefined && first.value.order < head.value.order)) continue;
      first = { value: head.value, at };
    }
    const rest = first === undefined ? undefined : rests[first.at];
    if (first === undefined || rest === undefined) return;
    yield first.value;
    heads[first.at] = rest.next();
  }
}
