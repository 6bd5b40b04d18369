/** A table with every kind of column, and rows at the edges of each. */
const ROWS = 400;
const DAY_MS = 86_400_000;
const CITIES = ['Oslo', 'Rome', '東京', 'São Paulo'];

export type Cell = number | string | boolean | null;
export interface KindRow {
  readonly [column: string]: Cell;
}

/** Columns that a model reads. Numbers are skewed, few, mostly equal, huge; some are missing. */
function inputsOf(i: number): KindRow {
  const area = Math.round(1e4 * Math.exp(Math.sin(i * 12.9898) * 3)) / 1e4;
  return {
    area: i % 19 === 0 ? null : area,
    rooms: (i * 7) % 11,
    rare: i % 4 === 0 ? 1 + (i % 7) : 0,
    huge: 16_777_217 + ((i * 31) % 97),
    garden: i % 11 === 0 ? null : i % 3 === 0,
    city: i % 13 === 0 ? null : CITIES[(i * 5) % 3],
    kind: CITIES[(i * i) % 4],
    code: (i * 5) % 4,
    opened: i % 17 === 0 ? null : new Date(Date.UTC(1965, 1, 3, i % 24) + i * 41 * DAY_MS).toISOString(),
  };
}

const rowOf = (i: number): KindRow => {
  const inputs = inputsOf(i);
  const score = Number(inputs.rooms) + (inputs.garden === true ? 4 : 0) + Math.min(6, Number(inputs.area)) + (i % 3);
  return {
    ...inputs,
    price: 1000 + 250 * score,
    visits: Math.round(score),
    size: score < 6 ? 'small' : score < 10 ? 'middle' : 'large',
    open: score > 9 ? 'always' : 'seldom',
    part: i % 5 === 0 ? 'test' : i % 5 === 1 ? 'validation' : 'train',
  };
};

const rows = Array.from({ length: ROWS }, (_, i) => rowOf(i));
const names = Object.keys(rows[0]);
export const EVERY_KIND_CSV = [names.join(), ...rows.map((row) => names.map((name) => row[name] ?? '').join())].join(
  '\n',
);

const SOME = inputsOf(5);
const NOTHING = Object.fromEntries(Object.keys(SOME).map((name) => [name, null]));
const TIMES = [
  '0001-01-01T00:00:00Z',
  '1900-03-01T00:00:00Z',
  '1969-12-31T23:59:59.999Z',
  '2000-02-29T12:00:00Z',
  '2100-12-31T23:59:59Z',
];

/** Rows of the table, and rows with missing, unseen and extreme cells. */
export const EDGE_ROWS: readonly KindRow[] = [
  ...Array.from({ length: 60 }, (_, i) => inputsOf(i * 6)),
  NOTHING,
  ...[1e300, -1e300, 0, -0, 1.7976931348623157e308].map((value) => ({
    ...SOME,
    area: value,
    rooms: value,
    rare: value,
  })),
  { ...SOME, city: 'unseen', kind: 'unseen', code: 99 },
  { ...SOME, kind: null, code: null, huge: null, rooms: null },
  ...TIMES.map((opened) => ({ ...SOME, opened })),
];

/** A quick training of the target. The code is read as a category. */
export function everyKindTraining(
  target: string,
  more: { task?: string; features?: object; network?: object; training?: object } = {},
) {
  return {
    ...more,
    target,
    split: { method: 'column', column: 'part' },
    features: {
      exclude: ['price', 'visits', 'size', 'open'].filter((name) => name !== target),
      types: { code: 'categorical' },
      ...more.features,
    },
    network: { layers: [{ units: 8, activation: 'relu' }], ...more.network },
    training: { epochs: 6, batchSize: 16, seed: 1, ...more.training },
  };
}
