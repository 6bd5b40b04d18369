import fc from 'fast-check';
import { resolved, type Schema } from './document.ts';

type Value = fc.Arbitrary<unknown>;

/**
 * Existing ids, by the name of the member, the parameter or the path segment that refers to them.
 */
export type Things = Readonly<Record<string, string>>;

/**
 * Names with a meaning in JavaScript, and characters with a meaning in HTTP, SQL, HTML,
 * spreadsheets or files.
 */
export const STRANGE_TEXTS = [
  '',
  '__proto__',
  'constructor',
  '\0',
  '\ud800',
  '"\'`; DROP TABLE jobs; --',
  '<script>alert(1)</script>',
  'a\r\nset-cookie: b=c',
  '=1+1',
  '../../etc/passwd',
  '🎯',
  'x'.repeat(5000),
] as const;

const STRANGE_NUMBERS = [0, -0, -1, 0.5, 1e308, -1e308, 5e-324, 2 ** 31, 2 ** 53, Number.MAX_SAFE_INTEGER] as const;

/** Nested this deep, of arrays or of objects. */
const DEPTHS = [30, 200] as const;

/** Deeper than any schema of the document; limits those that contain themselves. */
const DEEPEST = 8;

/** One value in this many has the wrong type. */
const SOUND_TO_STRANGE = 60;

const strange: Value = fc.oneof(
  fc.constantFrom(...STRANGE_TEXTS),
  fc.constantFrom(...STRANGE_NUMBERS),
  fc.constantFrom(null, true, false, [], {}, [[]]),
  fc.constantFrom(...DEPTHS).map((depth) => nested(depth)),
  fc.jsonValue({ maxDepth: 2 }),
);

function nested(depth: number): unknown {
  return Array.from({ length: depth }).reduce<unknown>((inner, _, level) => (level % 2 ? [inner] : { a: inner }), 1);
}

/** Values that mostly match the schema and deviate in places. `things` exist. */
export function valuesOf(schema: Schema, things: Things, depth = 0): Value {
  if (depth > DEEPEST) return strange;
  const sound = soundValuesOf(resolved(schema), things, (part) => valuesOf(part, things, depth + 1));
  return fc.oneof({ weight: SOUND_TO_STRANGE, arbitrary: sound }, { weight: 1, arbitrary: strange });
}

function soundValuesOf(schema: Schema, things: Things, valuesOfPart: (part: Schema) => Value): Value {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map(valuesOfPart));
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'object':
      return objectsOf(schema, things, valuesOfPart);
    case 'array':
      return fc.array(
        schema.items ? valuesOfPart(schema.items) : fc.oneof(...(schema.prefixItems ?? []).map(valuesOfPart)),
        { maxLength: 4 },
      );
    case 'string':
      return fc.oneof(fc.constantFrom(...Object.values(things)), fc.string({ maxLength: 8, unit: 'binary' }));
    case 'number':
    case 'integer':
      return numbersOf(schema);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return strange;
  }
}

/** Whole numbers and the ends of the range. */
function numbersOf({ minimum = -9, maximum = 1e6 }: Schema): Value {
  const [least, most] = [Math.ceil(Math.max(minimum, -1e6)), Math.floor(Math.min(maximum, 1e6))];
  const ends = fc.constantFrom(minimum, maximum, minimum - 1, maximum + 1, (minimum + maximum) / 2);
  return least <= most ? fc.oneof(fc.integer({ min: least, max: most }), ends) : ends;
}

/** Sometimes without a required member, sometimes with an unknown one. */
function objectsOf(schema: Schema, things: Things, valuesOfPart: (part: Schema) => Value): Value {
  const required = schema.required ?? [];
  const known = Object.entries(schema.properties ?? {}).map(([name, part]) => {
    const value = fc.oneof(...thingsOf(things, name), { weight: 1, arbitrary: valuesOfPart(part) });
    const present = value.map((of) => [[name, of]]);
    const [often, rarely] = required.includes(name) ? [60, 1] : [1, 3];
    return fc.oneof({ weight: often, arbitrary: present }, { weight: rarely, arbitrary: fc.constant([]) });
  });
  const unknown = fc.tuple(fc.constantFrom(...STRANGE_TEXTS), strange).map((member) => [member]);
  const more = fc.oneof({ weight: 60, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: unknown });
  // Built from entries, because a literal would set the prototype with `__proto__`.
  return fc
    .tuple(...known, membersOf(schema, things, valuesOfPart), more)
    .map((members) => Object.fromEntries(members.flat() as (readonly [string, unknown])[]));
}

/** Usually an existing id of that name: an invented one leads only to 404. */
export function thingsOf(things: Things, name: string): fc.WeightedArbitrary<string>[] {
  const thing = things[name];
  return thing === undefined ? [] : [{ weight: 12, arbitrary: fc.constant(thing) }];
}

/** Members with arbitrary names, if the schema allows them. */
function membersOf(
  { additionalProperties }: Schema,
  things: Things,
  valuesOfPart: (part: Schema) => Value,
): fc.Arbitrary<[string, unknown][]> {
  if (typeof additionalProperties !== 'object') return fc.constant([]);
  return fc.array(
    fc.tuple(fc.constantFrom(...Object.values(things), '__proto__'), valuesOfPart(additionalProperties)),
    {
      maxLength: 3,
    },
  );
}
