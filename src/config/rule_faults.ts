import { type Fault, isMapping, type KeyPath } from "./fault.ts";
import { CARRIER_KINDS } from "./peer.ts";
import { ACTIONS, OWN_TYPES } from "./rule_fields.ts";

type Raw = Readonly<Record<string, unknown>>;

/** What each action can do something about; where a rule names other kinds only, it is a mistake. */
const ACTS_ON: Readonly<Record<string, readonly string[]>> = {
  "answer": ["message", "iq"],
  "keep": ["message"],
  "strip": ["message", "presence"],
  "fold-presence": ["presence"],
  "hold": ["message", "presence"],
};

/** What makes sense only on the way out. */
const OUT_ONLY: readonly string[] = ["precedence", "expire", "hold"];

/** What saves bytes in the status without being a rule (docs/rules.md). */
const TAKEN: readonly string[] = [
  "unchanged",
  "superseded",
  "damped",
  "by-domain",
  "short-ids",
  "shortened",
];

const TYPES: Readonly<Record<string, readonly string[]>> = OWN_TYPES;

/**
 * What is wrong in a rule whose values may each be right: it does nothing, it is for nothing, it does what cannot be,
 * it has a name that another has.
 * @param path of a peer
 * @param peer as it stands in the file
 */
export function ruleFaults(path: KeyPath, peer: unknown): Fault[] {
  if (!isMapping(peer) || !Array.isArray(peer.rules)) return [];
  const rules = peer.rules.map((rule: unknown, index) => ({ rule, path: [...path, "rules", index] }));
  return [
    ...rules.flatMap(({ rule, path }) =>
      isMapping(rule) ? [...faultsOfRule(rule, path), ...faultsOfMatch(rule, path, peer.carriers)] : []
    ),
    ...nameFaults(rules),
  ];
}

/** A rule that can be for no stanza is a mistake. */
function faultsOfMatch({ match }: Raw, rulePath: KeyPath, carriers: unknown): Fault[] {
  if (!isMapping(match)) return [];
  const path = [...rulePath, "match"];
  const kinds = valuesOf(match.kind).map(String).filter((kind) => Object.hasOwn(TYPES, kind));
  const faults = carrierFaults(match.carrier, path, carriers);
  if (kinds.length === 0) return faults;
  const known = Object.values(TYPES).flat();
  const possible = kinds.flatMap((kind) => TYPES[kind] ?? []);
  const wrong = valuesOf(match.type).map(String).find((type) =>
    known.includes(type) && !possible.includes(type)
  );
  if (wrong !== undefined) {
    const message = `no ${kinds.join(" or ")} has the type ${wrong}, so this rule is for nothing`;
    faults.push({ path: [...path, "type"], at: "value", message });
  }
  if (match.show !== undefined && !kinds.includes("presence")) {
    const shows = valuesOf(match.show).join(" or ");
    const message = `only presence shows ${shows}; this rule is for ${kinds.join(", ")}`;
    faults.push({ path: [...path, "show"], at: "value", message });
  }
  return faults;
}

/** A kind of carrier that another peer has is none: peers may share rules. */
function carrierFaults(given: unknown, path: KeyPath, carriers: unknown): Fault[] {
  if (!Array.isArray(carriers) || carriers.length === 0) return [];
  const isThere = (name: string) =>
    CARRIER_KINDS.includes(name) || (/^[1-9]\d?$/.test(name) && Number(name) <= carriers.length);
  const missing = valuesOf(given).find((name) => typeof name === "string" && !isThere(name));
  if (missing === undefined) return [];
  const kinds = new Set(carriers.flatMap((carrier) => isMapping(carrier) ? Object.keys(carrier) : []));
  const message = `this peer has no carrier ${JSON.stringify(missing)}; it has ${
    [...kinds].join(", ")
  }, or by place 1 to ${carriers.length}`;
  return [{ path: [...path, "carrier"], at: "value", message }];
}

/** One value, or a list of them. */
function valuesOf(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

function faultsOfRule(rule: Raw, path: KeyPath): Fault[] {
  const given = ACTIONS.filter((action) => rule[action] !== undefined);
  // An unknown key may be an action that was written wrongly, of which validation speaks.
  if (Object.keys(rule).every((key) => ["name", "direction", "match"].includes(key))) {
    const message = `this rule does nothing; give one or more of: ${ACTIONS.join(", ")}`;
    return [{ path, at: "missing", message }];
  }
  const faults: Fault[] = [];
  const kinds = kindsOf(rule);
  for (const action of given) {
    const on = ACTS_ON[action];
    if (on !== undefined && kinds !== undefined && !kinds.some((kind) => on.some((one) => one === kind))) {
      const message = `\`${action}\` is for ${on.join(" and ")} stanzas; this rule is for ${
        kinds.join(", ")
      }`;
      faults.push({ path: [...path, action], at: "key", message });
    }
    if (rule.direction === "in" && OUT_ONLY.includes(action)) {
      const message = `\`${action}\` is about waiting for the link; what comes from the peer does not wait`;
      faults.push({ path: [...path, action], at: "key", message });
    }
  }
  if (rule.direction === "in" && rule.answer === "cached") {
    const message =
      "`cached` is what the peer's side has answered; what comes from there asks for other things";
    faults.push({ path: [...path, "answer"], at: "value", message });
  }
  const filters = given.filter((action) => ["allow", "drop", "answer"].includes(action));
  if (filters.length > 1) {
    const message = `a rule has one of allow, drop and answer; this one has ${filters.join(" and ")}`;
    faults.push({ path: [...path, filters[1] ?? ""], at: "key", message });
  }
  return faults;
}

function kindsOf(rule: Raw): readonly unknown[] | undefined {
  const kind = isMapping(rule.match) ? rule.match.kind : undefined;
  if (kind === undefined) return undefined;
  return Array.isArray(kind) ? kind : [kind];
}

function nameFaults(rules: readonly { readonly rule: unknown; readonly path: KeyPath }[]): Fault[] {
  const seen = new Set<unknown>();
  return rules.flatMap(({ rule, path }): Fault[] => {
    const name = isMapping(rule) ? rule.name : undefined;
    if (typeof name !== "string") return [];
    if (TAKEN.includes(name)) {
      const message = `\`status\` calls something else ${name}; give the rule another name`;
      return [{ path: [...path, "name"], at: "value", message }];
    }
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    const message = `another rule of this list is named ${name}; each name stands for one rule`;
    return [{ path: [...path, "name"], at: "value", message }];
  });
}
