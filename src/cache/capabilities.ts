import { base64, compareOctets, sha1 } from "../base/mod.ts";
import { NS } from "../stanza/mod.ts";
import { type Element, elementsOf } from "../xml/mod.ts";

/**
 * The verification string of a disco#info answer (XEP-0115 section 5.1): whoever has the same one can do the same. Of
 * SHA-1, which every implementation has to know.
 * @param query the answer's payload
 * @returns undefined when the answer is ill-formed and proves nothing (section 5.4, point 3)
 */
export function capabilitiesHash(query: Element): string | undefined {
  const identities = query.getChildren("identity").map(({ attrs }) =>
    `${attrs.category ?? ""}/${attrs.type ?? ""}/${attrs["xml:lang"] ?? ""}/${attrs.name ?? ""}<`
  );
  const features = query.getChildren("feature").map(({ attrs }) => `${attrs.var ?? ""}<`);
  const forms = query.getChildren("x", NS.DATA_FORMS).map(formText).filter((form) => form !== "");
  if (identities.length === 0 || hasRepeated(identities) || hasRepeated(features)) return undefined;
  if (forms.includes(undefined)) return undefined;
  const types = forms.map((form = "") => form.slice(0, form.indexOf("<")));
  if (hasRepeated(types)) return undefined;
  return base64(
    sha1([sorted(identities), sorted(features), sorted(forms.map((form = "") => form))].join("")),
  );
}

/** The only form that clients have (XEP-0232); its type is no feature. */
const SOFTWARE_FORM = "urn:xmpp:dataforms:softwareinfo";
/** An identity as it stands in the string, after which a feature must not look. */
const LIKE_IDENTITY = /^[^/:]+\/[^/]*\/[^/]*\//;

/**
 * Whether an answer can be read out of its verification string in no other way, and says nothing beside. The string is
 * made by joining: run together, or taken for something else, the same parts give the same hash, so that somebody could
 * answer for all who have it and leave out, say, that they can encrypt (XEP-0115 section 8.1).
 */
export function saysNoMoreThanItsHash(query: Element): boolean {
  const forms = query.getChildren("x", NS.DATA_FORMS);
  const features = query.getChildren("feature").map(({ attrs }) => attrs.var ?? "");
  const identities = query.getChildren("identity");
  if (elementsOf(query).length !== forms.length + features.length + identities.length) return false;
  return identities.every(isPlainIdentity) && features.every(isPlainFeature) && forms.length <= 1 &&
    forms.every(isSoftwareForm);
}

function isPlainIdentity({ attrs }: Element): boolean {
  const { category = "", type = "", name = "" } = attrs;
  const front = [category, type, attrs["xml:lang"] ?? ""];
  return category !== "" && !category.includes(":") && !front.some((part) => /[/<]/.test(part)) &&
    !name.includes("<");
}

function isPlainFeature(name: string): boolean {
  return !name.includes("<") && name !== SOFTWARE_FORM && !LIKE_IDENTITY.test(name);
}

function isSoftwareForm(form: Element): boolean {
  const text = formText(form);
  const values = form.getChildren("field").flatMap((field) => [
    field.attrs.var ?? "",
    ...field.getChildren("value").map((value) => value.getText()),
  ]);
  return text?.startsWith(`${SOFTWARE_FORM}<`) === true && !values.some((value) => value.includes("<"));
}

/** One form of an answer; empty when it has no part in the string, undefined when it is ill-formed. */
function formText(form: Element): string | undefined {
  const fields = form.getChildren("field");
  const type = fields.find(({ attrs }) => attrs.var === "FORM_TYPE");
  if (type === undefined || type.attrs.type !== "hidden") return "";
  const values = (field: Element) => field.getChildren("value").map((value) => `${value.getText()}<`);
  const [formType, ...others] = new Set(values(type));
  if (formType === undefined || others.length > 0) return undefined;
  const rest = fields.filter((field) => field !== type)
    .map((field) => `${field.attrs.var ?? ""}<${sorted(values(field))}`);
  return formType + sorted(rest);
}

function hasRepeated(texts: readonly string[]): boolean {
  return new Set(texts).size < texts.length;
}

/** In the order of `i;octet` (RFC 4790 section 9.3), joined. */
function sorted(texts: readonly string[]): string {
  const encoder = new TextEncoder();
  return texts.map((text) => ({ text, octets: encoder.encode(text) }))
    .sort((a, b) => compareOctets(a.octets, b.octets)).map(({ text }) => text).join("");
}
