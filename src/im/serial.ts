/**
 * Does one thing after the other: what a task starts waits until that task is done.
 *
 * Presence sets off presence (a request an approval, an approval the contact's presence), and its causes must
 * reach a client before its consequences: RFC 6121 section 3 prescribes the subscription stanza, then the
 * roster push, then presence. All is still done before the outermost `run` returns.
 */
export class Serial {
  #waiting: (() => void)[] = [];
  #running = false;

  /**
   * Runs `task` now, or after the tasks that run or wait already.
   * @throws whatever a task throws first, after all tasks have had their turn
   */
  run(task: () => void): void {
    this.#waiting.push(task);
    if (this.#running) return;
    this.#running = true;
    const failures: unknown[] = [];
    try {
      // The list grows while it is walked.
      for (let at = 0; at < this.#waiting.length; at++) attempt(this.#waiting[at], failures);
    } finally {
      this.#waiting = [];
      this.#running = false;
    }
    if (failures.length > 0) throw failures[0];
  }
}

function attempt(task: (() => void) | undefined, failures: unknown[]): void {
  try {
    task?.();
  } catch (error) {
    failures.push(error);
  }
}
