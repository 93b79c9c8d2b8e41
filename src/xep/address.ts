import { errorReply, type Hop, type IqTable, resultReply, type Router } from "../router/mod.ts";
import type { Stanza } from "../stanza/mod.ts";

/**
 * The server's own address (`ship.example`): answers requests, takes nothing else.
 *
 * Messages and presence to a bare domain have no addressee here; messages are refused so that the sender knows,
 * presence is dropped (RFC 6121 section 8.1 leaves both to the server).
 */
export class ServerAddress implements Hop {
  readonly name = "server";
  readonly #domain: string;
  readonly #router: Router;
  readonly #table: IqTable;

  constructor(domain: string, router: Router, table: IqTable) {
    this.#domain = domain;
    this.#router = router;
    this.#table = table;
  }

  accept(stanza: Stanza): boolean {
    if (stanza.to.domain !== this.#domain || stanza.to.local !== "") return false;
    const reply = this.#answer(stanza);
    if (reply !== undefined) this.#router.route(reply);
    return true;
  }

  #answer(stanza: Stanza): Stanza | undefined {
    if (stanza.kind === "presence") return undefined;
    if (stanza.kind === "message") return errorReply(stanza, { condition: "service-unavailable" });
    if (stanza.type !== "get" && stanza.type !== "set") return undefined;
    const answer = this.#table.answer(stanza);
    return "error" in answer ? errorReply(stanza, answer.error) : resultReply(stanza, answer.result);
  }
}
