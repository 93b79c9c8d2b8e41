import { setAttributes } from "./attributes.ts";
import { type Element, ElementClass } from "./element.ts";
import { quote, tooMany, XmlError } from "./error.ts";
import type { XmlLimits } from "./limits.ts";
import { namespaceOf, nest, type Scope } from "./namespaces.ts";
import { type QName, readEndTag, type Span, type StartTag } from "./tag.ts";

/** Namespace of a stream's root and of its own children. */
export const STREAM_NS = "http://etherx.jabber.org/streams";

/** An element whose end tag has not come yet. */
interface Open {
  readonly element: Element;
  readonly qname: string;
  readonly ns: string;
  readonly scope: Scope;
}

/** Builds the children of a stream, one after the other, in canonical form (see `Element`). */
export class TreeBuilder {
  readonly #streamScope: Scope;
  readonly #open: Open[] = [];
  #elements = 0;
  /** Namespaces as canonical form repeats them. */
  #declaredSizeBytes = 0;
  /** Text not yet a node: what tags do not part is one node, however it was written. */
  #text = "";

  /** @param streamScope what the root of the stream declares; its default namespace is the content namespace */
  constructor(streamScope: Scope) {
    this.#streamScope = streamScope;
  }

  /** Elements that are open; 0 between the children of the stream. */
  get depth(): number {
    return this.#open.length;
  }

  /**
   * Takes a start tag.
   * @returns the element, if it is a whole child of the stream
   * @throws {XmlError} for names and limits
   */
  start(tag: StartTag, limits: XmlLimits): Element | undefined {
    const outer = this.#open.at(-1);
    if (outer === undefined) {
      this.#elements = 0;
      this.#declaredSizeBytes = 0;
    }
    this.#elements += 1;
    if (this.depth >= limits.depth) throw tooMany("levels of elements", this.depth + 1, limits.depth);
    if (this.#elements > limits.elements) {
      throw tooMany("elements of one stanza", this.#elements, limits.elements);
    }
    const scope = nest(outer?.scope ?? this.#streamScope, tag.attributes);
    const ns = elementNamespace(tag, scope);
    const outerNs = outer?.ns ?? this.#streamScope.defaultNs;
    if (outer === undefined && ns === "" && outerNs !== "") {
      const why = `${quote(tag.local)} directly under the stream is in no namespace`;
      throw new XmlError("unsupported-stanza-type", `Cannot accept XML: ${why}`);
    }
    if (outer === undefined && ns === STREAM_NS && tag.local === "stream") {
      const why =
        "a stream header where a stanza is due: the other side begins streams, which this one does not expect";
      throw new XmlError("invalid-xml", `Cannot accept XML: ${why}`);
    }
    const element = new ElementClass(tag.local);
    if (ns !== outerNs) {
      // One long declaration that thousands of prefixed elements use becomes thousands of long ones.
      this.#declaredSizeBytes += ns.length;
      if (this.#declaredSizeBytes > limits.stanzaSizeBytes) {
        throw tooMany("octets of namespaces in one stanza", this.#declaredSizeBytes, limits.stanzaSizeBytes);
      }
      element.attrs.xmlns = ns;
    }
    if (outer !== undefined) {
      this.#flushText(outer.element);
      element.parent = outer.element;
      outer.element.children.push(element);
    }
    for (const prefix of setAttributes(element.attrs, tag.attributes, scope)) {
      declarePrefix(element, prefix, namespaceOf(scope, prefix));
    }
    if (tag.empty) return outer === undefined ? element : undefined;
    this.#open.push({ element, qname: tag.qname, ns, scope });
    return undefined;
  }

  /** Takes text, as it is meant; only while an element is open. */
  text(text: string): void {
    this.#text += text;
  }

  /**
   * Takes an end tag; only while an element is open.
   * @returns the element, if it is a whole child of the stream
   * @throws {XmlError} `not-well-formed` if another element is open
   */
  end(span: Span): Element | undefined {
    const open = this.#open.at(-1);
    if (open === undefined) throw new Error("Cannot end an element: none is open");
    readEndTag(span, open.qname);
    this.#open.pop();
    this.#flushText(open.element);
    return this.#open.length === 0 ? open.element : undefined;
  }

  #flushText(element: Element): void {
    if (this.#text === "") return;
    element.children.push(this.#text);
    this.#text = "";
  }
}

/**
 * The namespace of an element.
 * @throws {XmlError} `bad-namespace-prefix` for `xml:`, which no declaration can make the default namespace, so
 *   such an element has no canonical form
 */
export function elementNamespace(name: QName, scope: Scope): string {
  if (name.prefix === "") return scope.defaultNs;
  if (name.prefix === "xml") {
    throw new XmlError("bad-namespace-prefix", `Cannot accept XML: element ${quote(name.qname)}`);
  }
  return namespaceOf(scope, name.prefix);
}

/** Declares a prefix on the element of an attribute that uses it, unless an element around it declares the same. */
function declarePrefix(element: Element, prefix: string, ns: string): void {
  const name = `xmlns:${prefix}`;
  for (let at = element.parent; at !== null; at = at.parent) {
    const known = at.attrs[name];
    if (known === ns) return;
    if (known !== undefined) break;
  }
  element.attrs[name] = ns;
}
