/** A part of an OpenAPI document. */
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Schemas = Readonly<Record<string, Json>>;

const PREFIX = '#/components/schemas/';
/** Suffix of the schema library for the request form of a schema. */
const INPUT = 'Input';

/**
 * The document with only those named schemas that its paths refer to, each with its own name. The
 * library writes every schema in two forms, for requests and responses, and most are used in one
 * only.
 */
export function withUsedSchemas<Document extends object>(document: Document): Document {
  // The library's type covers all of OpenAPI; here the document is plain JSON.
  const { paths, components } = document as { paths?: Json; components?: { schemas?: Schemas } };
  const schemas = components?.schemas ?? {};
  const used = reachable(paths ?? null, schemas);
  const named = (name: string) => (name.endsWith(INPUT) && !used.has(plain(name)) ? plain(name) : name);
  const usedSchemas = [...used].sort().map((name) => [named(name), renamed(schemas[name] ?? null, named)]);
  return {
    ...document,
    paths: renamed(paths ?? null, named),
    components: { ...components, schemas: Object.fromEntries(usedSchemas) },
  };
}

function plain(name: string): string {
  return name.slice(0, -INPUT.length);
}

/** The names of all schemas that a part refers to, directly or through other schemas. */
function reachable(piece: Json, schemas: Schemas, found = new Set<string>()): ReadonlySet<string> {
  for (const name of references(piece)) {
    if (found.has(name)) continue;
    found.add(name);
    reachable(schemas[name] ?? null, schemas, found);
  }
  return found;
}

function references(piece: Json): readonly string[] {
  if (typeof piece !== 'object' || piece === null) return [];
  return Object.entries(piece).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string' ? [value.slice(PREFIX.length)] : references(value),
  );
}

/** The part with every reference renamed. */
function renamed(piece: Json, named: (name: string) => string): Json {
  if (typeof piece !== 'object' || piece === null) return piece;
  if (Array.isArray(piece)) return piece.map((value) => renamed(value, named));
  const entries = Object.entries(piece).map(([key, value]) =>
    key === '$ref' && typeof value === 'string'
      ? [key, PREFIX + named(value.slice(PREFIX.length))]
      : [key, renamed(value, named)],
  );
  return Object.fromEntries(entries);
}
