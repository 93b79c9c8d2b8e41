/** The highest epoch of each direction of a link (docs/link-authentication.md); 0 when there was none. */
export interface LinkEpochs {
  readonly out: number;
  readonly in: number;
}

/** Where the epochs of one authenticated link are kept. What is saved joins the turn's transaction. */
export interface LinkEpochStore {
  load(): LinkEpochs;
  /** To be committed before anything is sent in this epoch. A lower one than before changes nothing. */
  saveOut(epoch: number): void;
  /** To be committed with what arrived in this epoch. A lower one than before changes nothing. */
  saveIn(epoch: number): void;
}
