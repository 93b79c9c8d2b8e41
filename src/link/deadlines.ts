/** Something that is due at some moment. */
interface Entry<T> {
  readonly atMs: number;
  /** Parts those that are due at the same moment. */
  readonly order: number;
  readonly value: T;
}

/** Entries that are kept at least before those that count no more are looked for. */
const LEAST_KEPT = 64;

/**
 * Many moments, of which the next is always known: a binary heap. What counts no more is not taken out but passed over,
 * and swept out when it is more than half.
 */
export class Deadlines<T> {
  readonly #counts: (value: T) => boolean;
  #heap: Entry<T>[] = [];
  #sweepAt = LEAST_KEPT;

  /** @param counts whether a value that was put in still counts; once it does not it never does again */
  constructor(counts: (value: T) => boolean) {
    this.#counts = counts;
  }

  /** The next moment; undefined when there is none. */
  get nextMs(): number | undefined {
    return this.#head()?.atMs;
  }

  /** Adds a moment. Of equal ones the lower order comes first. */
  add(atMs: number, order: number, value: T): void {
    if (this.#heap.length >= this.#sweepAt) this.#sweep();
    this.#heap.push({ atMs, order, value });
    this.#rise(this.#heap.length - 1);
  }

  /** Takes out one whose moment has come; undefined when there is none. */
  take(nowMs: number): T | undefined {
    const head = this.#head();
    if (head === undefined || head.atMs > nowMs) return undefined;
    this.#pop();
    return head.value;
  }

  /** Forgets all. */
  clear(): void {
    this.#heap = [];
    this.#sweepAt = LEAST_KEPT;
  }

  #head(): Entry<T> | undefined {
    for (;;) {
      const [head] = this.#heap;
      if (head === undefined || this.#counts(head.value)) return head;
      this.#pop();
    }
  }

  #sweep(): void {
    const counting = this.#heap.filter(({ value }) => this.#counts(value)).sort(inOrder);
    // What is sorted is a heap.
    this.#heap = counting;
    this.#sweepAt = Math.max(LEAST_KEPT, 2 * counting.length);
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(index: number): void {
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swap(parent, index)) return;
      index = parent;
    }
  }

  #sink(index: number): void {
    for (;;) {
      const [left, right] = [2 * index + 1, 2 * index + 2];
      const one = this.#heap[left];
      const other = this.#heap[right];
      if (one === undefined) return;
      const least = other !== undefined && inOrder(other, one) < 0 ? right : left;
      if (!this.#swap(index, least)) return;
      index = least;
    }
  }

  /** Puts two entries in order. @returns whether they were not */
  #swap(upper: number, lower: number): boolean {
    const [above, below] = [this.#heap[upper], this.#heap[lower]];
    if (above === undefined || below === undefined || inOrder(above, below) <= 0) return false;
    this.#heap[upper] = below;
    this.#heap[lower] = above;
    return true;
  }
}

function inOrder(a: Entry<unknown>, b: Entry<unknown>): number {
  return a.atMs - b.atMs || a.order - b.order;
}
