import { type Element, elementsOf } from "../../xml/mod.ts";

/** Whether a direct child of a stanza has that name and namespace; undefined is the content namespace. */
export function isChild(child: Element, name: string, namespace: string | undefined): boolean {
  return child.name === name && child.attrs.xmlns === namespace;
}

/** Whether a stanza has a direct child of that name in the content namespace: `body`, `subject`. */
export function hasContent(stanza: Element, name: string): boolean {
  return elementsOf(stanza).some((child) => isChild(child, name, undefined));
}
