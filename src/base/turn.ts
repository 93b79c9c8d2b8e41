/**
 * The end of a turn of the loop: first what must be on disk, then what may go to the wire.
 *
 * While input is handled, stores write into one open transaction and sessions fill their output buffers. When the
 * turn ends, the commits run, then the flushes: one `fsync` and one write per socket serve everything that came in
 * together, and no client is ever told of something that is not yet stored.
 */
export class Turn {
  #commits: (() => void)[] = [];
  #flushes: (() => void)[] = [];
  #scheduled = false;
  #failed = false;
  readonly #onFailure: (error: unknown) => void;
  readonly #onBug: (error: unknown) => void;

  /**
   * @param onFailure called once, when a commit fails. From then on nothing is committed or flushed any more: what
   * was not stored must not be acknowledged, in this turn or a later one. The server then stops, because after a
   * failed `fsync` nothing on disk can be relied upon.
   * @param onBug called when a flush throws; the others run all the same. Unless given, the error is uncaught
   */
  constructor(onFailure: (error: unknown) => void, onBug: (error: unknown) => void = throwLater) {
    this.#onFailure = onFailure;
    this.#onBug = onBug;
  }

  /** Whether a commit has failed. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Runs `commit` when the turn ends, before any flush. */
  commit(commit: () => void): void {
    this.#commits.push(commit);
    this.#schedule();
  }

  /** Runs `flush` when the turn ends, after all commits. */
  flush(flush: () => void): void {
    this.#flushes.push(flush);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.end());
  }

  /** Ends the turn now. Called by itself through a microtask; by hand only when the server stops. */
  end(): void {
    this.#scheduled = false;
    const commits = this.#commits;
    const flushes = this.#flushes;
    this.#commits = [];
    this.#flushes = [];
    if (this.#failed) return;
    try {
      for (const commit of commits) commit();
    } catch (error) {
      this.#failed = true;
      this.#onFailure(error);
      return;
    }
    for (const flush of flushes) this.#run(flush);
  }

  #run(flush: () => void): void {
    try {
      flush();
    } catch (error) {
      this.#onBug(error);
    }
  }
}

function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
