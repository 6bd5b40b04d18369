import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FEATURE_TYPES, type FeatureType } from '../../src/features/columns.ts';
import { cellsOf } from '../../src/formats/cells.ts';
import { columnTypes } from '../../src/formats/columnTypes.ts';
import { ALIKE } from './support/alikeCells.ts';
import { type CellCase, type Readings, readCells } from './support/readings.ts';
import { startDatasets, type TestService } from './support/service.ts';

type Rule = CellCase & { readonly title: string; readonly value: unknown };

const LINES = readFileSync(new URL('../../docs/formats.md', import.meta.url), 'utf8').split('\n');
/** | rule | file | types | other cells | cell | value | */
const RULE = /^\| (.+) \| (NDJSON|CSV `.`) \| (\w+)(?: as (\w+))? \| `(.+)` \| `(.+)` \| (.+) \|$/;
/** | format | example | value | */
const FORMAT = /^\| ([^|]+) \| `([^`|]+)` \| `([^`|]+)` \|$/;

function documentedRules(): readonly Rule[] {
  return LINES.flatMap((line) => {
    const [, title, file, type, modelType = type, others, cell, value] = RULE.exec(line) ?? [];
    if (title === undefined) return [];
    return {
      ...{ title, others, cell, type: featureType(type), modelType: featureType(modelType) },
      file: file === 'NDJSON' ? 'ndjson' : file.slice(5, 6),
      value: value === 'missing' ? null : JSON.parse(value.slice(1, -1)),
    };
  });
}

function featureType(text: string): FeatureType {
  const type = FEATURE_TYPES.find((known) => known === text);
  if (type === undefined) throw new Error(`${text} is not a type.`);
  return type;
}

const RULES = documentedRules();
const FORMATS = LINES.flatMap((line) => {
  const [, name, example, value] = FORMAT.exec(line) ?? [];
  return name === undefined ? [] : [[name, example, value] as const];
});
const SAME: readonly CellCase[] = ALIKE.flatMap(([file, type, modelType, others, cells]) =>
  cells.map((cell) => ({ file, type, modelType, others, cell })),
);

let service: TestService;
let documented: readonly Readings[];
let alike: readonly Readings[];
beforeAll(async () => {
  service = await startDatasets();
  const readings = await readCells(service, [...RULES, ...SAME]);
  documented = readings.slice(0, RULES.length);
  alike = readings.slice(RULES.length);
});
afterAll(() => service.close());

describe('docs/formats.md', () => {
  it('has a row for every rule and every format without a unit', () => {
    const rows = LINES.filter((line) => /^\| (?!rule |format )/.test(line));
    expect(RULES.length + FORMATS.length).toBe(rows.length);
    expect(RULES.length).toBeGreaterThan(60);
    const types = [columnTypes.numeric, columnTypes.datetime];
    const names = types.flatMap(({ formats }) => formats(null).flatMap(({ name, unit }) => (unit ? [] : [name])));
    expect(FORMATS.map(([name]) => name)).toEqual(names);
  });

  it.each(FORMATS)('%s: %s is %s', (form, example, value) => {
    const type = columnTypes.numeric.formats(null).some(({ name }) => name === form) ? 'numeric' : 'datetime';
    const cells = cellsOf({ type, form }, type);
    const number = 'number' in cells ? cells.number(example) : undefined;
    expect(columnTypes[type].toText(number ?? Number.NaN)).toBe(value);
  });

  it.each(RULES.map(({ title, cell }, index) => [title, cell, index] as const))('%s: %s', (_title, _cell, index) => {
    const { value } = RULES[index];
    expect(documented[index]).toEqual({ training: value, prediction: value });
  });
});

it('reads all other cells alike in training and prediction', () => {
  const different = SAME.map((cell, index) => ({ ...cell, ...alike[index] })).filter(
    ({ training, prediction }) => !Object.is(training, prediction),
  );
  expect(SAME.length).toBeGreaterThan(200);
  expect(different).toEqual([]);
});
