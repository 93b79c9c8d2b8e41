import type { Hop } from "../router/mod.ts";
import { Jid, type Stanza, stanzaOf } from "../stanza/mod.ts";
import type { Element } from "../xml/mod.ts";
import { confirmedBy, questionElement, stateOfPresence } from "./known_presence.ts";
import type { ImOptions } from "./options.ts";
import type { Contact } from "./contact.ts";
import { LOCAL } from "./presence_element.ts";
import type { Ways } from "./ways.ts";

type Options = Pick<ImOptions, "clock" | "domain" | "metrics" | "router" | "storage">;

/** The setting that counts questions, over restarts: an answer to an earlier one speaks of another list. */
const COUNT_KEY = "presence-questions";

/** Resources named in one question: about 27 KB of XML. What is more is asked for as if nothing were known of it. */
const MOST_LISTED = 5_000;

/** A resource of a contact, as the question named it. */
export interface Listed {
  readonly contact: Contact;
  readonly resource: string;
  /** As it was known then: what comes since is another element, even if it says the same. */
  readonly presence: Element;
}

/** What becomes of questions. */
export interface DomainQuestionEvents {
  /**
   * All presence of a domain is known now.
   * @param listed what the question named, and whether that is true; undefined: whatever is known is true
   */
  answered(domain: string, listed: readonly (Listed & { readonly isTrue: boolean })[] | undefined): void;
  /** The domain's server does not know such questions; the contacts have to be probed. */
  refused(domain: string): void;
}

/** One question, not yet answered. */
interface Question {
  readonly id: string;
  readonly sentMs: number;
  readonly listed: readonly Listed[] | undefined;
}

/**
 * Questions about the presence of all contacts of a domain, between two Halyards: one small exchange in place of a
 * probe and an answer for each. The question says what is known, so that only what differs is told.
 */
export class DomainQuestions implements Hop {
  readonly name = "presence questions";
  readonly #options: Options;
  readonly #ways: Ways;
  readonly #events: DomainQuestionEvents;
  readonly #asked = new Map<string, Question>();
  readonly #refusing = new Set<string>();

  constructor(options: Options, ways: Ways, events: DomainQuestionEvents) {
    this.#options = options;
    this.#ways = ways;
    this.#events = events;
  }

  /** Whether a domain is to be asked about all its users at once. */
  suits(domain: string): boolean {
    return this.#ways.policy(domain).asksByDomain === true && !this.#refusing.has(domain);
  }

  /** The domain's server has restarted: it may be another one now, and an answer still to come is to another question. */
  forget(domain: string): void {
    this.#refusing.delete(domain);
    this.#asked.delete(domain);
  }

  /** Whether an answer is about to come. */
  isOutstanding(domain: string): boolean {
    const last = this.#asked.get(domain);
    if (last === undefined) return false;
    return this.#options.clock.monotonicMs() - last.sentMs < this.#ways.policy(domain).probeTimeoutMs;
  }

  /**
   * Asks.
   * @param known the contacts whose presence is known, where the domain's server cannot know what is known here
   */
  ask(domain: string, known: readonly Contact[] | undefined): void {
    const { clock, router, metrics } = this.#options;
    const listed = known?.flatMap((contact) =>
      contact.available.map(([resource, presence]) => ({ contact, resource, presence }))
    ).slice(0, MOST_LISTED);
    const id = `p${this.#count()}`;
    this.#asked.set(domain, { id, sentMs: clock.monotonicMs(), listed });
    metrics.count("halyard_presence_questions_total");
    const states = listed?.map(({ contact, resource, presence }) =>
      stateOfPresence(contact.address(resource).toString(), presence)
    );
    const element = questionElement(id, states);
    router.route(stanzaOf(element, Jid.of(this.#options.domain), Jid.of(domain), LOCAL, clock.nowMs()));
  }

  /** Counts one more question. Small numbers: what stands in an id costs air time. */
  #count(): number {
    const { settings } = this.#options.storage;
    const last = Number(new TextDecoder().decode(settings.get(COUNT_KEY)));
    settings.set(COUNT_KEY, new TextEncoder().encode(`${last + 1}`));
    return last + 1;
  }

  accept({ kind, type, id, from, to, element, origin }: Stanza): boolean {
    if (kind !== "iq" || (type !== "result" && type !== "error") || to.toString() !== this.#options.domain) {
      return false;
    }
    const question = this.#asked.get(from.toString());
    if (question?.id !== id) return false;
    this.#asked.delete(from.domain);
    const confirmed = type === "result" ? confirmedBy(element, question.listed?.length ?? 0) : undefined;
    if (confirmed !== undefined) {
      const { listed } = question;
      this.#events.answered(
        from.domain,
        listed?.map((one, index) => ({ ...one, isTrue: confirmed[index] === true })),
      );
    } else if (origin.kind === "link") {
      this.#refusing.add(from.domain);
      this.#events.refused(from.domain);
    }
    return true;
  }
}

/** Whether nothing was heard of a resource since the question named it. */
export function isUnheard({ contact, resource, presence }: Listed): boolean {
  return contact.available.some(([name, known]) => name === resource && known === presence);
}
