/**
 * A table of shops. Size and sales follow from rooms, city and garden; a few values are missing.
 */
export interface Shop {
  readonly [column: string]: number | string | null;
  readonly sales: number;
  readonly visits: number;
  readonly size: string;
  readonly open: string;
}

const ROWS = 300;
const CITIES = ['Oslo', 'Rome', 'Bonn'];

export const SHOPS: readonly Shop[] = Array.from({ length: ROWS }, (_, i) => {
  const rooms = (i * 7) % 11;
  const garden = i % 3 === 0 ? 4 : 0;
  // The last term does not follow from the columns.
  const score = rooms + garden + ((i * i) % 5);
  return {
    rooms: i % 17 === 0 ? null : rooms,
    garden: garden > 0 ? 'yes' : 'no',
    city: i % 13 === 0 ? null : CITIES[i % 3],
    code: (i * 5) % 4,
    importance: 1 + (i % 4),
    sales: 1000 + 250 * score,
    visits: score,
    size: score < 6 ? 'small' : score < 10 ? 'middle' : 'large',
    open: score > 8 ? 'always' : 'seldom',
    part: i % 5 === 0 ? 'test' : i % 5 === 1 ? 'validation' : 'train',
  };
});

export const SHOPS_CSV = toCsv(SHOPS);

export function toCsv(rows: readonly Shop[]): string {
  const names = Object.keys(rows[0]);
  return [names.join(), ...rows.map((row) => names.map((name) => row[name] ?? '').join())].join('\n');
}

/** The request of a quick training. It excludes the other columns that follow from the score. */
export function shopTraining(target: string, seed: number, more: { training?: object; [field: string]: unknown } = {}) {
  return {
    target,
    split: { method: 'column', column: 'part' },
    features: { exclude: ['sales', 'visits', 'size', 'open', 'importance'].filter((name) => name !== target) },
    network: { layers: [{ units: 8, activation: 'tanh' }] },
    ...more,
    training: { epochs: 8, batchSize: 16, seed, ...more.training },
  };
}
