import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { invalidJson, parseJson } from '../../src/kit/contract/jsonSyntax.ts';

const detailOf = (text: string) => invalidJson(text, 'The body', { insteadOfNaN: 'Send null.' })?.message;

describe('a JSON syntax error', () => {
  it.each([
    ['', 'line 1, column 1: expected a value, found the end of the text.'],
    ['{"units": ', 'line 1, column 11: expected a value, found the end of the text.'],
    ['{"a": 1,\n  "b": 2,\n}', 'line 3, column 1: expected a name in double quotes, found `}`.'],
    ['{"a" 1}', 'line 1, column 6: expected `:`, found `1`.'],
    ['{"a": 1 "b": 2}', 'line 1, column 9: expected `,` or `}`, found `"`.'],
    ['[1 2]', 'line 1, column 4: expected `,` or `]`, found `2`.'],
    ['[1,]', 'line 1, column 4: expected a value, found `]`.'],
    ['{"a": 1}}', 'line 1, column 9: expected the end of the text, found `}`.'],
    ['[01]', 'line 1, column 2: expected a value or `]`, found `01`.'],
    ['[1}', 'line 1, column 3: expected `,` or `]`, found `}`.'],
    [
      "{'a': 1}",
      "line 1, column 2: expected a name in double quotes or `}`, found `'`. JSON has its strings in double quotes.",
    ],
    ['{"a": True}', 'line 1, column 7: expected a value, found `True`. JSON has true.'],
    ['{"a": None}', 'line 1, column 7: expected a value, found `None`. JSON has null.'],
    ['{"a": NaN}', 'line 1, column 7: expected a value, found `NaN`. JSON has no NaN or Infinity. Send null.'],
    [
      '[-Infinity]',
      'line 1, column 2: expected a value or `]`, found `-Infinity`. JSON has no NaN or Infinity. Send null.',
    ],
    ['{"a": "b}', 'line 1, column 10: expected the quote that ends the string, found the end of the text.'],
    ['"a\\qb"', 'line 1, column 3: expected an escape such as `\\n`, found `\\`. A backslash is written \\\\.'],
    [
      '"a\nb"',
      'line 1, column 3: expected the rest of the string, found `U+000A`. Control characters are written as escapes, such as \\n.',
    ],
    ['\ufeff{}', 'line 1, column 1: expected a value, found `U+FEFF`.'],
  ])('of %j has its position, and the token found there', (text, place) => {
    expect(detailOf(text)).toBe(`The body is not valid JSON: ${place}`);
  });

  it('repeats little of a large text', () => {
    const detail = detailOf(`[${'x'.repeat(1_000_000)}`) ?? '';
    expect(detail).toContain('found `xxxxxxxxxxxxxxxxxxxx…`');
    expect(detail.length).toBeLessThan(200);
  });

  it('is found in a deeply nested text and in one of many lines', () => {
    expect(detailOf('['.repeat(100_000))).toContain('line 1, column 100001');
    expect(detailOf(`${'[\n'.repeat(100_000)}x`)).toContain('line 100001, column 1:');
    expect(detailOf(`"${'\\'.repeat(1_000_000)}`)).toContain('line 1, column 1000002: expected the quote');
  });

  it('is found exactly if JSON.parse finds one', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"',
      '1',
      '-',
      '.5',
      'e3',
      'true',
      'nul',
      ' ',
      '\n',
      '\\',
      'NaN',
    ];
    const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((parts) => parts.join(''));
    const broken = fc.tuple(fc.json(), fc.nat(), fc.constantFrom(...pieces)).map(([text, at, piece]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + piece + text.slice(place);
    });
    fc.assert(
      fc.property(fc.oneof(texts, broken), (text) => {
        expect(invalidJson(text, 'The body') === undefined).toBe(isJson(text));
      }),
      { numRuns: 5000, seed: 1 },
    );
  });
});

it('accepts valid JSON', () => {
  expect(parseJson(' {"a": [1, "\\u0041", null]}\n', 'The body')).toEqual({ a: [1, 'A', null] });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
