import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteCells, quotedBytes } from '../../../src/datasets/ingest/source/jsonCells.ts';
import { elementsOf, membersOf, sourceText } from '../../../src/formats/text/jsonSource.ts';

const blanks = fc.constantFrom('', '', ' ', '\t', '\n', '\r\n');
const number = fc.constantFrom('7', '7.00', '-0', '1e2', '1E400', '-1.5e-7', '9007199254740993', '0.10');
const string = fc.oneof(
  fc.string().map((text) => JSON.stringify(text)),
  fc.constantFrom('"\\u0041"', '"\\\\"', '"a\\"b"', '"[1, {"', '"é😀\\/"', '""'),
);
/** No name begins with a backslash: some versions of V8 confuse it with an escape. */
const name = fc.constantFrom('"a"', '"\\u0061"', '"b c"', '"é"', '"2"', '"1"', '"{\\""', '"x\\\\"', '""');
const { value } = fc.letrec<{ value: string; list: string; object: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    number,
    string,
    fc.constantFrom('true', 'false', 'null'),
    tie('list'),
    tie('object'),
  ),
  list: fc
    .tuple(fc.array(tie('value'), { maxLength: 3 }), blanks)
    .map(([items, gap]) => `[${gap}${items.join(`${gap},`)}${gap}]`),
  object: objectOf(tie('value'), 3),
}));
const row = objectOf(value, 5);

function objectOf(values: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<string> {
  return fc
    .tuple(fc.array(fc.tuple(name, values), { maxLength }), blanks)
    .map(([members, gap]) => `{${members.map(([key, each]) => `${gap}${key}${gap}:${gap}${each}${gap}`).join(',')}}`);
}

/** The cells of a row as an upload reads them: a string, true, false or null each. */
function uploadedCells(text: string): Record<string, unknown> {
  const object = Buffer.from(text);
  const target = Buffer.alloc(quotedBytes(object.length));
  const bytes = quoteCells(object, target);
  expect(bytes).toBeLessThanOrEqual(target.length);
  const line = target.toString('utf8', 0, bytes);
  expect(line).not.toMatch(/[\r\n]/);
  return JSON.parse(line);
}

/** The same cells in a row to predict. */
function predictedCells(text: string): Record<string, unknown> {
  const sources = membersOf(text);
  const cells = Object.entries(JSON.parse(text)).map(([name, cell]) => {
    const isText = typeof cell === 'number' || (typeof cell === 'object' && cell !== null);
    return [name, isText ? sourceText(sources.get(name) ?? '') : cell];
  });
  return Object.fromEntries(cells);
}

describe('the source text of JSON', () => {
  it('is the same in uploads and in rows to predict', () => {
    fc.assert(
      fc.property(row, (text) => {
        expect(uploadedCells(text)).toEqual(predictedCells(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('parses to the same members and elements', () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 4 }), blanks, (rows, gap) => {
        const array = `${gap}[${rows.join(`${gap},`)}${gap}]`;
        const parsed: readonly Record<string, unknown>[] = JSON.parse(array);
        expect(elementsOf(array).map((element) => JSON.parse(element))).toEqual(parsed);
        for (const [index, element] of elementsOf(array).entries()) {
          const members = [...membersOf(element)].map(([name, source]) => [name, JSON.parse(source)]);
          expect(Object.fromEntries(members)).toEqual(parsed[index]);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('of a nested value has no blanks between tokens, and the strings as they are', () => {
    expect(sourceText('{ "a b" : [ 1.0,\n-0 ], "\\u0041 \\" ]" : "x  y" }')).toBe(
      '{"a b":[1.0,-0],"\\u0041 \\" ]":"x  y"}',
    );
  });

  it('of long strings and deep values is found without recursion', () => {
    const long = `"${'\\\\'.repeat(2_000_000)}"`;
    const deep = '[ '.repeat(200_000) + ']'.repeat(200_000);
    const members = membersOf(`{"long":${long},"deep":${deep},"last":1.0}`);
    expect(members.get('last')).toBe('1.0');
    expect(sourceText(members.get('deep') ?? '')).toHaveLength(400_000);
  });
});
