/** Describes the values that a schema accepts, for error messages about a value of another type. */
import { z } from 'zod';

/** `a whole number`, `one of \`relu\`, \`tanh\``, `a whole number or \`full\``. */
export function describeExpected(schema: unknown): string {
  if (!isSchema(schema)) return 'a value';
  const { def } = schema._zod;
  switch (def.type) {
    case 'string':
      return 'a string';
    case 'number':
      return schema instanceof z.ZodNumber && schema.isInt ? 'a whole number' : 'a number';
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    case 'array':
    case 'tuple':
      return 'a list';
    case 'object':
    case 'record':
      return 'an object';
    case 'enum':
    case 'literal':
      return choice(choicesOf(schema));
    case 'union':
      return 'discriminator' in def ? 'an object' : eitherOf(def.options);
    case 'pipe':
      return describeExpected(def.in);
    case 'nullable':
      return `${describeExpected(def.innerType)} or null`;
    case 'optional':
    case 'default':
    case 'prefault':
    case 'readonly':
      return describeExpected(def.innerType);
    default:
      return 'a value';
  }
}

/**
 * The options of a union, without a list of another option: a query repeats a parameter for such a
 * list.
 */
function eitherOf(options: readonly z.core.SomeType[]): string {
  const single = options.filter((option) => {
    const element = isSchema(option) && option._zod.def.type === 'array' ? option._zod.def.element : undefined;
    return element === undefined || !options.includes(element);
  });
  return [...new Set(single.map(describeExpected))].join(' or ');
}

/** The words that an enum, a literal or a union of them accepts. */
export function choicesOf(schema: unknown): readonly string[] {
  if (!isSchema(schema)) return [];
  const { def } = schema._zod;
  switch (def.type) {
    case 'enum':
      return Object.values(def.entries).map(String);
    case 'literal':
      return def.values.map(String);
    case 'union':
      return def.options.flatMap(choicesOf);
    default:
      return [];
  }
}

/** `\`a\``, or `one of \`a\`, \`b\`` for several. */
export function choice(words: readonly string[]): string {
  const quoted = words.map((word) => `\`${word}\``).join(', ');
  return words.length === 1 ? quoted : `one of ${quoted}`;
}

function isSchema(schema: unknown): schema is z.core.$ZodTypes {
  return schema instanceof z.core.$ZodType;
}
