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
  readonly #onFailure: (error: unknown) => void;

  /**
   * @param onFailure called when a commit fails. Nothing of that turn is flushed: what was not stored must not be
   * acknowledged. The server then stops, because after a failed `fsync` nothing on disk can be relied upon.
   */
  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
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
    try {
      for (const commit of commits) commit();
    } catch (error) {
      this.#onFailure(error);
      return;
    }
    for (const flush of flushes) flush();
  }
}
