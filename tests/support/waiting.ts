interface Waiter<T> {
  readonly wanted: (item: T) => boolean;
  readonly take: (item: T) => void;
  readonly fail: (error: Error) => void;
}

/**
 * Things that arrive, and those who wait for them: nothing that came before it was waited for is missed, and nothing
 * is given twice. Waiting has an end, and then says what came instead.
 */
export class Waiting<T> {
  readonly #kept: T[] = [];
  readonly #waiters = new Set<Waiter<T>>();
  readonly #show: (item: T) => string;
  #ended: string | undefined;

  /** @param show how an item looks in the message of a test that waited in vain */
  constructor(show: (item: T) => string) {
    this.#show = show;
  }

  /** What came and was not waited for. */
  get kept(): readonly T[] {
    return this.#kept;
  }

  arrive(item: T): void {
    for (const waiter of this.#waiters) {
      if (!waiter.wanted(item)) continue;
      this.#waiters.delete(waiter);
      waiter.take(item);
      return;
    }
    this.#kept.push(item);
  }

  /** Nothing more will come: whoever waits fails, now or later. */
  end(why: string): void {
    this.#ended = why;
    for (const waiter of this.#waiters) waiter.fail(this.#vain("what was waited for", why));
    this.#waiters.clear();
  }

  /**
   * The next item that `wanted` accepts; other items are kept.
   * @param what names it in the error
   * @throws {Error} after `limitMs`, or once nothing more can come
   */
  next(wanted: (item: T) => boolean, what: string, limitMs: number): Promise<T> {
    const at = this.#kept.findIndex(wanted);
    const [found] = at < 0 ? [] : this.#kept.splice(at, 1);
    if (found !== undefined) return Promise.resolve(found);
    if (this.#ended !== undefined) return Promise.reject(this.#vain(what, this.#ended));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(this.#vain(what, `${limitMs} ms have passed`));
      }, limitMs);
      const done = () => clearTimeout(timer);
      const take = (item: T) => (done(), resolve(item));
      const fail = (error: Error) => (done(), reject(error));
      const waiter: Waiter<T> = { wanted, take, fail };
      this.#waiters.add(waiter);
    });
  }

  /** Takes everything that has come and was not waited for. */
  drain(): T[] {
    return this.#kept.splice(0);
  }

  #vain(what: string, why: string): Error {
    const came = this.#kept.map((item) => `\n  ${this.#show(item)}`).join("");
    return new Error(`Cannot find ${what}: ${why}. What came and was not waited for:${came || " nothing"}`);
  }
}
