import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkRequest } from '../../../src/jobs/submission/check.ts';
import { ServiceError } from '../../../src/kit/contract/errors.ts';
import { startDatasets, type TestService } from '../../datasets/support/service.ts';
import { upload } from '../../datasets/support/upload.ts';

/** Job requests checked against datasets that were really uploaded. */

const ROWS = 60;
const row = (make: (i: number) => string) => Array.from({ length: ROWS }, (_, i) => make(i));

let service: TestService;
beforeAll(async () => {
  service = await startDatasets();
});
afterAll(() => service.close());

/** The answer to a job on a table with the given columns. */
async function check(cells: Readonly<Record<string, readonly string[]>>, request: object) {
  const names = Object.keys(cells);
  const rows = Math.max(...Object.values(cells).map(({ length }) => length));
  const lines = Array.from({ length: rows }, (_, i) => names.map((name) => cells[name]?.[i]).join());
  const response = await upload(service, [names.join(), ...lines].join('\n'));
  const { id: datasetId } = response.json();
  try {
    const machine = { memoryBytes: 2 ** 34 };
    const checked = await checkRequest({ datasetId, target: 'y', ...request }, service.datasets.find, machine);
    return { spec: checked.spec, errors: [], warnings: checked.warnings };
  } catch (error) {
    if (error instanceof ServiceError) return { spec: null, errors: error.errors, warnings: [] };
    throw error;
  }
}

const x = row((i) => String(Math.sin(i)));
const y = row((i) => (i % 2 ? 'yes' : 'no'));

describe('a type in features.types that reads no cell', () => {
  it.each([
    ['lengths as numbers', 'numeric', row((i) => `${i} km`)],
    ['a few words as numbers', 'numeric', row((i) => `word ${i % 3}`)],
    ['words as times', 'datetime', row((i) => `w${i}`)],
    ['words as booleans', 'boolean', row((i) => `w${i}`)],
  ])('is refused with the field, the words and the remedy: %s', async (_, type, k) => {
    const { errors } = await check({ k, x, y }, { features: { types: { k: type } } });
    expect(errors).toEqual([
      {
        path: '/features/types/k',
        message: expect.stringMatching(`No cell of 'k', such as '.*can be read as ${type}. Choose another type`),
      },
    ]);
  });

  it('is accepted when one of many cells can be read', async () => {
    const k = row((i) => (i === 57 ? '9' : `a${i}`));
    expect((await check({ k, x, y }, { features: { types: { k: 'numeric' } } })).errors).toEqual([]);
  });

  it('is accepted for types that read every word, and for missing cells', async () => {
    const k = row((i) => `w${i}`);
    expect((await check({ k, x, y }, { features: { types: { k: 'categorical' } } })).errors).toEqual([]);
    expect((await check({ k: row(() => ''), x, y }, { features: { types: { k: 'numeric' } } })).errors).toEqual([]);
  });
});

describe('a type in features.types of a column with many words', () => {
  const many = Array.from({ length: 25_000 }, (_, i) => `word ${i}`);
  const others = { y: many.map((_, i) => (i % 2 ? 'yes' : 'no')), z: many.map((_, i) => String(i % 7)) };

  it.each(['numeric', 'datetime', 'boolean'])('is refused when no word is %s', async (type) => {
    const { errors } = await check({ ...others, k: many }, { features: { types: { k: type } } });
    expect(errors.map(({ path }) => path)).toEqual(['/features/types/k']);
  });

  it.each([
    ['numeric', '-1.5e3'],
    ['datetime', '13 Feb 2024'],
    ['boolean', 'off'],
  ])('is accepted when one word is %s', async (type, word) => {
    const { errors } = await check({ ...others, k: [...many.slice(1), word] }, { features: { types: { k: type } } });
    expect(errors).toEqual([]);
  });
});

describe('classWeights', () => {
  it.each([
    ['words', row((i) => `c${i % 30}`), ['c0', 'c29'], 'c30'],
    ['numbers', row((i) => String((i % 15) * 10)), ['0', '140'], '99'],
    ['decimals', row((i) => String((i % 15) / 2)), ['0.5', '7'], '7.0'],
  ])('of many classes are checked: %s', async (_, cells, known, unknown) => {
    const weights = (names: readonly string[]) => ({
      task: 'multiclass',
      training: { classWeights: Object.fromEntries(names.map((name) => [name, 2])) },
    });
    expect((await check({ x, y: cells }, weights(known))).errors).toEqual([]);
    expect((await check({ x, y: cells }, weights([...known, unknown]))).errors).toEqual([
      { path: `/training/classWeights/${unknown}`, message: expect.stringContaining(`has no class '${unknown}'`) },
    ]);
  });
});

describe('a numeric target that differs in every row', () => {
  const b = row((i) => `p${i % 7}`);
  const others = { x, b, c: row((i) => String(i % 5)), d: row((i) => String(Math.cos(i))) };

  it.each([
    ['has the name of an index', 'heat_index', row((i) => String(5 + 37 * i))],
    ['counts the rows', 't', row((i) => String(i))],
    ['counts the rows from 1', 't', row((i) => String(i + 1))],
  ])('is a regression by default and on request when it %s', async (_, target, cells) => {
    for (const request of [{ target }, { target, task: 'regression' }]) {
      const { spec, errors } = await check({ ...others, [target]: cells }, request);
      expect(errors).toEqual([]);
      expect(spec?.task).toBe('regression');
    }
  });

  it('is classes on request', async () => {
    const cells = { ...others, t: row((i) => String(i)) };
    expect((await check(cells, { target: 't', task: 'multiclass' })).spec?.task).toBe('multiclass');
  });
});

describe('a regression of text', () => {
  it('is accepted when some of it is numbers', async () => {
    const t = row((i) => (i % 4 === 0 ? 'unknown' : String(i % 9)));
    expect((await check({ x, y, t }, { target: 't', task: 'regression' })).spec?.task).toBe('regression');
  });

  it('is refused with examples of the words', async () => {
    const t = row((i) => `w${i % 5}`);
    expect((await check({ x, y, t }, { target: 't', task: 'regression' })).errors).toEqual([
      { path: '/task', message: expect.stringContaining("'t' is categorical with values such as 'w0'") },
    ]);
  });
});

describe('a unit in the cells', () => {
  const k = row((i) => `${i}%`);
  const price = row((i) => `€${i % 13}.5`);

  it.each([
    ['numeric', 'k', '%', '5%'],
    ['categorical', 'k', '%', '5%'],
    ['numeric', 'price', '€', '€5'],
  ])('of a column that is requested as %s is warned about: %s', async (type, column, unit, example) => {
    const { warnings } = await check({ k, price, y }, { features: { types: { [column]: type } } });
    const message = `The cells of '${column}' have the unit ${unit}, which was left out: ${example} is read as 5.`;
    expect(warnings).toContainEqual({ code: 'unit_left_out', column, message });
    expect(warnings.filter(({ code }) => code === 'unit_left_out')).toHaveLength(1);
  });

  it('of the target is warned about', async () => {
    const { warnings } = await check({ k, price, x }, { target: 'price', task: 'regression' });
    expect(warnings).toContainEqual(expect.objectContaining({ code: 'unit_left_out', column: 'price' }));
  });
});
