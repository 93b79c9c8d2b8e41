import * as z from "zod/mini";

/** Unit of a number, as it ends the names in `Config`: `retry_first` is read into `retryFirstMs`. */
export type Suffix = "" | "Ms" | "Bytes" | "Bps";

/**
 * All there is to know about one key of the configuration. Validation, the type `Config`, the JSON Schema and the
 * reference table are made from it.
 */
export interface Field<T = unknown, S extends Suffix = Suffix> {
  /** Takes the value as YAML gives it; yields the value the server uses. */
  readonly schema: z.ZodMiniType<T>;
  readonly suffix: S;
  /** What the key means: one sentence. */
  readonly about: string;
  /** Kind of value, as the reference table names it. */
  readonly type: string;
  /** What is allowed, as messages say it: "a port from 1 to 65535". */
  readonly expects: string;
  /** What holds when the key is not there, as the reference table says it; undefined: the key is required. */
  readonly absent: string | undefined;
  /** Words that will be allowed in a later version: they have a message of their own. */
  readonly later: readonly string[];
  /** What stands inside, for sections, maps and lists. */
  readonly inside: Inside | undefined;
  /** Keywords of JSON Schema for what `schema` alone does not tell an editor. */
  readonly editor: Readonly<Record<string, unknown>>;
}

/** A required key of which there is nothing more to say. */
export const PLAIN = { suffix: "", absent: undefined, later: [], inside: undefined, editor: {} } as const;

/** Keys inside a section, or what all the values of a map or list look like. */
export type Inside =
  | { readonly kind: "section"; readonly fields: Fields }
  | { readonly kind: "map"; readonly keys: KeyRule; readonly of: Field }
  | { readonly kind: "list"; readonly of: Field };

/** How the operator may name the entries of a map. */
export interface KeyRule {
  /** What the reference table shows in place of a name: `<name>`. */
  readonly shown: string;
  readonly pattern: RegExp;
  /** What is allowed, as messages say it. */
  readonly expects: string;
}

/** A key whose feature is known but not built into this version: using it is an error that says so. */
export interface NotBuilt {
  readonly later: true;
  readonly about: string;
}

/** The keys of a section. */
export type Fields = Readonly<Record<string, Field | NotBuilt>>;

/** What the server gets for a field. */
export type ValueOf<F> = F extends Field<infer T> ? T : never;

type CamelCase<K extends string> = K extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : K;

type NameOf<K extends string, F> = F extends Field<unknown, infer S> ? `${CamelCase<K>}${S}` : never;

/** What the server gets for a section: its keys in camel case with the unit last; keys not built are left out. */
export type SectionValue<F extends Fields> = {
  readonly [K in keyof F & string as NameOf<K, F[K]>]: ValueOf<F[K]>;
};

/** Keeps a key for a later version. Replace this line by the section to switch it on. */
export function notBuilt(about: string): NotBuilt {
  return { later: true, about };
}

/** The keys of a section that this version knows, with their fields. */
export function builtFields(fields: Fields): [string, Field][] {
  return Object.entries(fields).filter((entry): entry is [string, Field] => "schema" in entry[1]);
}

/** The field one step further down: of a key, or of an item of a list; undefined where nothing is described. */
export function fieldIn(field: Field, step: string | number): Field | undefined {
  const { inside } = field;
  if (inside?.kind !== "section") return inside?.of;
  const found = Object.hasOwn(inside.fields, step) ? inside.fields[step] : undefined;
  return found !== undefined && "schema" in found ? found : undefined;
}

/** A mapping with fixed keys. Any other key is an error. */
export function section<const F extends Fields>(about: string, fields: F): Field<SectionValue<F>, ""> {
  const built = builtFields(fields);
  const names = built.map(([key, field]) => [key, nameOf(key, field)] as const);
  const shape = Object.fromEntries(built.map(([key, field]) => [key, field.schema]));
  const rename = (value: Record<string, unknown>) =>
    Object.fromEntries(names.map(([key, name]) => [name, value[key]])) as SectionValue<F>;
  return {
    ...PLAIN,
    schema: z.pipe(z.strictObject(shape), z.transform(rename)),
    about,
    type: "section",
    expects: `a section with keys out of: ${built.map(([key]) => key).join(", ")}`,
    inside: { kind: "section", fields },
  };
}

function nameOf(key: string, field: Field): string {
  return key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) + field.suffix;
}

/** What the server gets for the one key of a `oneOf` section: its value, and the key as `kind`. */
export type OneOfValue<F extends Fields> = {
  [K in keyof F & string]: F[K] extends Field<infer T> ? { readonly kind: K } & T : never;
}[keyof F & string];

/** A mapping with exactly one of the given keys, whose value is a section. */
export function oneOf<const F extends Fields>(about: string, fields: F): Field<OneOfValue<F>, ""> {
  const built = builtFields(fields);
  const shape = Object.fromEntries(built.map(([key, field]) => [key, z.optional(field.schema)]));
  const exactlyOne = z.check<Record<string, unknown>>((payload) => {
    const count = Object.values(payload.value).filter((value) => value !== undefined).length;
    if (count === 1 || payload.issues.length > 0) return;
    payload.issues.push({ code: "custom", input: payload.value, params: { keys: count } });
  });
  const tag = (value: Record<string, unknown>) => {
    const [kind, inner] = Object.entries(value).find(([, inner]) => inner !== undefined) ?? [];
    return { kind, ...(inner as object) } as OneOfValue<F>;
  };
  return {
    ...section(about, fields),
    schema: z.pipe(z.strictObject(shape).check(exactlyOne), z.transform(tag)),
    expects: `a section with exactly one key out of: ${built.map(([key]) => key).join(", ")}`,
    editor: { minProperties: 1, maxProperties: 1 },
  };
}

/**
 * A mapping whose keys are names of the operator's choice. The server gets a map in the order of the file. The names
 * are not checked here (see `faultsAcross`), so that what stands under a bad name is validated all the same.
 */
export function mapOf<T>(
  options: { readonly about: string; readonly expects: string; readonly keys: KeyRule },
  of: Field<T, "">,
): Field<ReadonlyMap<string, T>, ""> {
  const { about, expects, keys } = options;
  const record = z.record(z.string(), of.schema);
  return {
    ...PLAIN,
    schema: z.pipe(record, z.transform((value): ReadonlyMap<string, T> => new Map(Object.entries(value)))),
    about,
    type: "section",
    expects,
    inside: { kind: "map", keys, of },
    editor: { propertyNames: { pattern: keys.pattern.source } },
  };
}

/** A list of one to `most` values, or of none to `most` when `least` is 0. */
export function listOf<T>(
  options: { readonly about: string; readonly noun: string; readonly most: number; readonly least?: number },
  of: Field<T, "">,
): Field<readonly T[], ""> {
  const { least = 1, most } = options;
  return {
    ...PLAIN,
    schema: z.array(of.schema).check(z.minLength(least), z.maxLength(most)),
    about: options.about,
    type: `list of ${of.type}`,
    expects: `a list of ${least} to ${most} ${options.noun}`,
    inside: { kind: "list", of },
  };
}

/** The same field with a default, given as it would be written in the file. */
export function byDefault<T, S extends Suffix>(
  value: unknown,
  field: Field<T, S>,
  absent = `\`${String(value)}\``,
): Field<T, S> {
  return { ...field, schema: z.prefault(field.schema, value), absent };
}

/**
 * The same field, which may be left out; the server gets undefined then.
 * @param absent what holds when it is left out
 */
export function optional<T, S extends Suffix>(absent: string, field: Field<T, S>): Field<T | undefined, S> {
  return { ...field, schema: z.optional(field.schema), absent };
}

/** The same field with its value changed after it was found good. */
export function mapped<T, U, S extends Suffix>(field: Field<T, S>, change: (value: T) => U): Field<U, S> {
  return { ...field, schema: z.pipe(field.schema, z.transform(change)) };
}
