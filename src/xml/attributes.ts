import { malformed, quote } from "./error.ts";
import { isDeclaration, namespaceOf, type Scope } from "./namespaces.ts";
import type { RawAttribute } from "./tag.ts";

const NONE: ReadonlySet<string> = new Set();

/**
 * Sets attributes under their names as written, and leaves declarations out.
 * @returns the prefixes in use, `xml` aside
 * @throws {XmlError} `not-well-formed` for duplicates, by name or by namespace, and for unbound prefixes
 */
export function setAttributes(
  attrs: Record<string, string>,
  attributes: readonly RawAttribute[],
  scope: Scope,
): ReadonlySet<string> {
  let prefixes: Set<string> | undefined;
  let expandedNames: Set<string> | undefined;
  for (const attribute of attributes) {
    if (isDeclaration(attribute)) continue;
    const { qname, prefix, local, value } = attribute;
    if (Object.hasOwn(attrs, qname)) throw malformed(`duplicate attribute ${quote(qname)}`);
    if (prefix !== "" && prefix !== "xml") {
      const expanded = `${local} ${namespaceOf(scope, prefix)}`;
      if (expandedNames?.has(expanded)) {
        throw malformed(`duplicate attribute ${quote(qname)}, by its namespace`);
      }
      expandedNames = (expandedNames ?? new Set()).add(expanded);
      prefixes = (prefixes ?? new Set()).add(prefix);
    }
    setOwn(attrs, qname, value);
  }
  return prefixes ?? NONE;
}

/** Assigning `__proto__` would call a setter of `Object.prototype` and lose the attribute. */
function setOwn(attrs: Record<string, string>, name: string, value: string): void {
  if (name !== "__proto__") attrs[name] = value;
  else Object.defineProperty(attrs, name, { value, enumerable: true, configurable: true, writable: true });
}
