import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { describeApi } from '../../../src/server/openapi.ts';

const document: unknown = JSON.parse(JSON.stringify(await describeApi()));

/** Formats repeat the pattern next to them. */
const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { 'date-time': true, uri: true, binary: true } });
ajv.addSchema(document as object, 'openapi');

/** A schema, or an object with a schema, with examples; `place` is its JSON pointer. */
interface Illustrated {
  readonly place: string;
  readonly examples: readonly unknown[];
}

/** Keys whose values are maps: a member of one may be named `example`. */
const MAPS: ReadonlySet<string> = new Set(['properties', 'schemas', 'content', 'responses', 'paths', 'headers']);
/** Keys whose values are data. */
const DATA: ReadonlySet<string> = new Set(['example', 'examples', 'default', 'const', 'enum']);

function illustrated(piece: unknown, place: string, isMap: boolean): readonly Illustrated[] {
  if (typeof piece !== 'object' || piece === null) return [];
  const examples = isMap ? [] : examplesOf(piece);
  const inner = Object.entries(piece)
    .filter(([key]) => isMap || !DATA.has(key))
    .flatMap(([key, value]) => illustrated(value, `${place}/${escaped(key)}`, !isMap && MAPS.has(key)));
  return examples.length > 0 ? [{ place, examples }, ...inner] : inner;
}

function examplesOf(piece: object): readonly unknown[] {
  const { example, examples } = piece as { readonly example?: unknown; readonly examples?: unknown };
  // A schema has a list of examples, a media type a map.
  const many = Array.isArray(examples) ? examples : Object.values(examples ?? {}).map(({ value }) => value);
  return example === undefined ? many : [example, ...many];
}

function escaped(key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));
}

function validatorOf(place: string) {
  const hasSchema = /\/content\/[^/]+$|\/parameters\/\d+$/.test(place);
  const pointer = hasSchema ? `${place}/schema` : place;
  const validate = ajv.getSchema(`openapi#${pointer}`);
  if (!validate) throw new Error(`The document has no schema at ${pointer}.`);
  return validate;
}

const places = illustrated(document, '', false);

it('finds the examples of the document', () => {
  expect(places.map(({ place }) => place)).toContain('/components/schemas/JobRequest');
});

describe.each(places)('the examples at $place', ({ place, examples }) => {
  it('conform to their schema', () => {
    const validate = validatorOf(place);
    const faults = examples.map((example) =>
      validate(example) ? [] : [JSON.stringify(example), ajv.errorsText(validate.errors)],
    );
    expect(faults.filter((fault) => fault.length > 0)).toEqual([]);
  });
});
