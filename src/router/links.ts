/** What a link tells the rest of the server. Events only inform: nobody can veto anything here. */
export interface LinkEvents {
  /**
   * The link carries traffic. Every `linkUp` of profile `xep-0361` begins a new epoch: the other side may have
   * restarted meanwhile, so what was known of its users is stale until confirmed.
   * @param isResumed nothing that the other side has said meanwhile is lost: what has changed is about to come, the
   * rest is as it was
   */
  linkUp(peer: string, domains: readonly string[], isResumed?: boolean): void;
  linkDown(peer: string, domains: readonly string[]): void;
}
