/** A stanza's text with its number in a flow. */
export interface NumberedText {
  readonly number: number;
  readonly text: Uint8Array;
}

/** What a sender keeps about its flow (docs/link-protocol.md section 6). */
export interface SenderRecord {
  readonly incarnation: Uint8Array;
  readonly acked: number;
  /** The highest number that a carrier has confirmed; less than `acked` when none has. */
  readonly confirmed: number;
  readonly sent: number;
  /** Start of the last cold opening. */
  readonly base: number;
  /** How the flow is coded since then. */
  readonly coding: number;
}

/** What a receiver keeps about the other side's flow. */
export interface ReceiverRecord {
  readonly incarnation: Uint8Array;
  readonly received: number;
  readonly base: number;
  /** The last incarnations that ended, one behind the other. */
  readonly retired: Uint8Array;
  /** How the flow is coded since the last cold opening. */
  readonly coding: number;
}

/** One direction of a link: its record and the texts that may be asked for again. */
export interface FlowHalfStore<R> {
  load(): { readonly record: R; readonly texts: readonly NumberedText[] } | undefined;
  save(record: R): void;
  addText(text: NumberedText): void;
  /** Removes the texts below `number`. */
  removeBelow(number: number): void;
  /** Removes every text: the flow begins anew. */
  clear(): void;
}

/** Both directions of a link in profile `halyard`. */
export interface FlowStore {
  readonly sender: FlowHalfStore<SenderRecord>;
  readonly receiver: FlowHalfStore<ReceiverRecord>;
  /**
   * Keeps the octet that names the life of a process that begins now. To be committed before it is said.
   * @param next given that of the life before, if there was one
   */
  beginLife(next: (last: number | undefined) => number): number;
}
