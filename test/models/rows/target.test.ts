import { describe, expect, it } from 'vitest';
import { encodeTarget, type FittedTarget } from '../../../src/features/target.ts';
import { readCsv } from '../../../src/models/rows/csv.ts';
import { jsonRows } from '../../../src/models/rows/json.ts';
import type { RawRows } from '../../../src/models/rows/rawRows.ts';
import { type ReadColumns, readTable } from '../../../src/models/rows/table.ts';
import { asJsonRows } from '../support/asJsonRows.ts';
import { binaryOutcome } from '../support/outcomes.ts';

const FITTED = binaryOutcome().features.columns;
const CLASSES: FittedTarget = { kind: 'classes', column: 'income', classes: ['no', 'yes'] };
const NUMBER: FittedTarget = { kind: 'number', column: 'price', mean: 100, deviation: 20 };
const KNOWN = new Set(['age', 'work', 'income', 'price']);

/** The columns of a model and its target. */
function withTarget(target: FittedTarget): ReadColumns {
  const { column } = target;
  const unseen = { frequencies: [], otherCategories: 0, missing: false };
  const last =
    target.kind === 'classes'
      ? ({ kind: 'categorical', column, categories: target.classes, ...unseen } as const)
      : ({ kind: 'numeric', column } as const);
  return { fitted: [...FITTED, last], parseOptions: new Map() };
}

/** The targets of the rows as training encodes them. */
function targetsOf(target: FittedTarget, rows: RawRows): readonly number[] {
  const { table, issues } = readTable(withTarget(target), rows);
  expect(issues).toEqual([]);
  return [
    ...encodeTarget(
      target,
      table.columns[FITTED.length],
      Int32Array.from({ length: table.rows }, (_, i) => i),
    ),
  ];
}

async function* textOf(text: string): AsyncGenerator<string> {
  yield text;
}

async function csvRows(text: string): Promise<RawRows> {
  const chunks = readCsv(textOf(text), {
    known: KNOWN,
    chunkRows: 9,
    delimiter: ',',
    header: true,
    warn: () => undefined,
  });
  for await (const chunk of chunks) return chunk;
  throw new Error('Expected a chunk of rows.');
}

describe('the target of labelled rows', () => {
  it('is the number of its class; an unknown or missing label has none', async () => {
    const labels = ['yes', 'no', 'maybe', ''];
    const json = labels.map((income) => ({ age: 30, work: 'State', income }));
    const csv = ['age,work,income', ...labels.map((income) => `30,State,${income}`)].join('\n');
    for (const rows of [jsonRows(asJsonRows(json), 0, KNOWN), await csvRows(csv)]) {
      expect(targetsOf(CLASSES, rows)).toEqual([1, 0, Number.NaN, Number.NaN]);
    }
  });

  it('is the scaled number of a regression', async () => {
    const json = [{ age: 30, price: 140 }, { age: 30 }];
    for (const rows of [jsonRows(asJsonRows(json), 0, KNOWN), await csvRows('age,price\n30,140\n30,\n')]) {
      expect(targetsOf(NUMBER, rows)).toEqual([2, Number.NaN]);
    }
  });

  it('is missing if it does not fit, as in an upload, and is counted', () => {
    const read = readTable(withTarget(NUMBER), jsonRows(asJsonRows([{ age: 30, price: 'much' }]), 0, KNOWN));
    expect(read.issues).toEqual([]);
    expect(read.unreadable.at(-1)).toEqual({ count: 1, examples: ['"much"'] });
    expect(targetsOf(NUMBER, jsonRows(asJsonRows([{ age: 30, price: 'much' }]), 0, KNOWN))).toEqual([Number.NaN]);
  });
});
