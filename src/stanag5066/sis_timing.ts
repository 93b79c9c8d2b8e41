/** Times of a SIS client. Those of Annex A are constants; these are ours to choose. */
export interface SisTiming {
  /** How long connecting may take, whatever limit the network has of its own. */
  readonly connectMs: number;
  /** How long the server may take to answer a bind. */
  readonly bindMs: number;
  /** First pause before the server is called again; each further one is twice as long, less up to a half by chance. */
  readonly retryFirstMs: number;
  /** Longest pause. */
  readonly retryMostMs: number;
  /**
   * Shortest pause after a refusal that will stand for a while: a client of higher rank, a broadcast session, no
   * resources, too many expedited requests.
   */
  readonly refusedMs: number;
  /** A bind that has lasted so long makes the pauses begin small again. */
  readonly provenMs: number;
  /** How long the server may be silent about a U_PDU that was given no life; others count as lost by their life. */
  readonly answerMs: number;
  /** How much later than a U_PDU's life ends its answer may still come. */
  readonly answerGraceMs: number;
  /** What was sent at most so long before S_DATA_FLOW_OFF came may have vanished at the server. */
  readonly flowDoubtMs: number;
  /** How long after S_DATA_FLOW_ON what may have vanished is waited for before it counts as lost. */
  readonly flowLossMs: number;
}

/** Times that suit a server on the same machine or in the same rack, and a radio that takes its time. */
export const SIS_TIMING: SisTiming = {
  connectMs: 60_000,
  bindMs: 30_000,
  retryFirstMs: 1_000,
  retryMostMs: 30_000,
  refusedMs: 60_000,
  provenMs: 60_000,
  answerMs: 4 * 3_600_000,
  answerGraceMs: 120_000,
  flowDoubtMs: 10_000,
  flowLossMs: 120_000,
};

/** Annex A, section A.2.1.17: nobody says S_KEEP_ALIVE to the same peer more often than once in this time. */
export const KEEP_ALIVE_SPACING_MS = 120_000;
/** Section A.2.1.17: an answer that cannot leave within this time is not sent. */
export const KEEP_ALIVE_ANSWER_MS = 10_000;
