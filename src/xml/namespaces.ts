import { malformed, quote } from "./error.ts";
import type { RawAttribute } from "./tag.ts";

const XML_NS = "http://www.w3.org/XML/1998/namespace";
const XMLNS_NS = "http://www.w3.org/2000/xmlns/";

/** The namespace declarations in force at one element. Scopes are never changed, only nested. */
export interface Scope {
  /** The default namespace; "" for none. */
  readonly defaultNs: string;
  /** The prefixes bound here; those of `outer` are in force too. */
  readonly prefixes: ReadonlyMap<string, string>;
  readonly outer: Scope | undefined;
}

/** What is in force before anything is declared. */
export const EMPTY_SCOPE: Scope = { defaultNs: "", prefixes: new Map([["xml", XML_NS]]), outer: undefined };

/** Whether an attribute is a namespace declaration. */
export function isDeclaration(attribute: RawAttribute): boolean {
  return attribute.prefix === "xmlns" || attribute.qname === "xmlns";
}

/**
 * The scope of an element with these attributes: `outer` itself when they declare nothing.
 * @throws {XmlError} `not-well-formed` for what Namespaces in XML 1.0 forbids
 */
export function nest(outer: Scope, attributes: readonly RawAttribute[]): Scope {
  let defaultNs: string | undefined;
  let prefixes: Map<string, string> | undefined;
  for (const attribute of attributes) {
    if (attribute.qname === "xmlns") {
      if (defaultNs !== undefined) throw malformed("duplicate attribute 'xmlns'");
      refuseReserved(attribute);
      defaultNs = attribute.value;
    } else if (attribute.prefix === "xmlns") {
      prefixes ??= new Map();
      if (prefixes.has(attribute.local)) throw malformed(`duplicate attribute ${quote(attribute.qname)}`);
      refusePrefix(attribute);
      prefixes.set(attribute.local, attribute.value);
    }
  }
  if (prefixes !== undefined) return { defaultNs: defaultNs ?? outer.defaultNs, prefixes, outer };
  return defaultNs === undefined ? outer : { defaultNs, prefixes: outer.prefixes, outer: outer.outer };
}

/**
 * The namespace that a prefix is bound to. Takes at most one step a level.
 * @throws {XmlError} `not-well-formed` if it is not bound
 */
export function namespaceOf(scope: Scope, prefix: string): string {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const ns = at.prefixes.get(prefix);
    if (ns !== undefined) return ns;
  }
  throw malformed(`prefix ${quote(prefix)} is not bound to a namespace`);
}

/** Namespaces in XML 1.0, section 3, "Reserved Prefixes and Namespace Names". */
function refusePrefix(declaration: RawAttribute): void {
  const { local: prefix, value } = declaration;
  if (prefix === "xml" && value === XML_NS) return;
  if (prefix === "xml" || prefix === "xmlns") {
    throw malformed(`prefix ${quote(prefix)} cannot be bound again`);
  }
  if (value === "") throw malformed(`prefix ${quote(prefix)} cannot be bound to nothing`);
  refuseReserved(declaration);
}

function refuseReserved(declaration: RawAttribute): void {
  if (declaration.value !== XML_NS && declaration.value !== XMLNS_NS) return;
  throw malformed(`${quote(declaration.qname)} cannot bind the reserved ${quote(declaration.value)}`);
}
