import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FEATURE_TYPES, type FeatureType } from '../../src/features/columns.ts';
import { ALIKE } from './support/alikeCells.ts';
import { type CellCase, type Readings, readCells } from './support/readings.ts';
import { startDatasets, type TestService } from './support/service.ts';

type Rule = CellCase & Readings & { readonly title: string };

const DOCUMENT = new URL('../../docs/formats.md', import.meta.url);
/** | rule | file | types | other cells | cell | training reads | prediction reads | */
const ROW = /^\| (.+) \| (NDJSON|CSV `.`) \| (\w+)(?: as (\w+))? \| `(.+)` \| `(.+)` \| (.+) \| (.+) \|$/;

function documentedRules(): readonly Rule[] {
  return readFileSync(DOCUMENT, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, title, file, type, modelType = type, others, cell, training, prediction] = ROW.exec(line) ?? [];
      if (title === undefined) return [];
      return {
        ...{ title, others, cell, type: featureType(type), modelType: featureType(modelType) },
        file: file === 'NDJSON' ? 'ndjson' : file.slice(5, 6),
        training: documentedReading(training),
        prediction: documentedReading(prediction),
      };
    });
}

function featureType(text: string): FeatureType {
  const type = FEATURE_TYPES.find((known) => known === text);
  if (type === undefined) throw new Error(`${text} is not a type.`);
  return type;
}

function documentedReading(text: string): unknown {
  if (text === 'missing') return null;
  return text === 'refused' ? text : JSON.parse(text.slice(1, -1));
}

const RULES = documentedRules();
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
  it('has a row for every rule on which ingestion and prediction differ', () => {
    const rows = readFileSync(DOCUMENT, 'utf8')
      .split('\n')
      .filter((line) => /^\| (?!rule )/.test(line));
    expect(RULES.length).toBe(rows.length);
    expect(RULES.length).toBeGreaterThan(60);
  });

  it.each(RULES.map(({ title, cell }, index) => [title, cell, index] as const))('%s: %s', (_title, _cell, index) => {
    const { training, prediction } = RULES[index];
    expect(documented[index]).toEqual({ training, prediction });
    expect(training).not.toEqual(prediction);
  });
});

it('reads all other cells alike in training and prediction', () => {
  const different = SAME.map((cell, index) => ({ ...cell, ...alike[index] })).filter(
    ({ training, prediction }) => !Object.is(training, prediction),
  );
  expect(SAME.length).toBeGreaterThan(200);
  expect(different).toEqual([]);
});
