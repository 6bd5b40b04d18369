/**
 * A forward pass from the answers of `preprocessing` and `parameters` alone: an implementation that
 * shares no code with the product.
 */
import type { Cell, KindRow } from '../support/everyKind.ts';

// biome-ignore lint/suspicious/noExplicitAny: the answers are read as a user's program reads them.
type Answer = any;

const clip = (value: number, limit: number) => Math.max(-limit, Math.min(limit, value));
const between = (from: number, to: number, value: number) => {
  if (value <= from) return 0;
  return value >= to ? 1 : (value - from) / (to - from);
};

/** The value of the prediction, or the probability of each class. */
export function forwardPass(preprocessing: Answer, parameters: Answer, row: KindRow): number[] {
  const x = inputsOfRow(preprocessing, row);
  const { embedding, layers, output, target } = preprocessing;
  let A = embedding === null ? x : embed(embedding, parameters.embedding, x);
  for (const [l, { activation, normalization }] of layers.entries()) {
    const { W, b, gamma, beta, mean, var: variance } = parameters.layers[l];
    let Z: number[] = W.values.map((w: number[], i: number) => w.reduce((sum, v, j) => sum + v * A[j], b.values[i][0]));
    if (normalization !== null) {
      const mu = Z.reduce((sum, z) => sum + z, 0) / Z.length;
      const spread = Z.reduce((sum, z) => sum + (z - mu) ** 2, 0) / Z.length;
      const batch = normalization === 'batch';
      Z = Z.map((z, i) => {
        const scaled =
          (z - (batch ? mean.values[i][0] : mu)) / Math.sqrt((batch ? variance.values[i][0] : spread) + 1e-5);
        return scaled * gamma.values[i][0] + beta.values[i][0];
      });
    }
    A = Z.map((z) => ({ relu: Math.max(0, z), tanh: Math.tanh(z), linear: z })[activation as 'relu'] ?? Number.NaN);
  }
  if (output === 'softmax') {
    const top = Math.max(...A);
    const powers = A.map((a) => Math.exp(a - top));
    const sum = powers.reduce((total, power) => total + power, 0);
    return powers.map((power) => power / sum);
  }
  if (output === 'sigmoid') return [1 - 1 / (1 + Math.exp(-A[0])), 1 / (1 + Math.exp(-A[0]))];
  return [target.mean + target.deviation * (output === 'exp' ? Math.exp(A[0]) : A[0])];
}

/** The inputs of a row of cells. */
export function inputsOfRow({ columns }: Answer, row: KindRow): number[] {
  return columns
    .flatMap(({ fitted, inputs }: Answer) => inputsOf(fitted, inputs.length, row[fitted.column] ?? null))
    .map(Math.fround);
}

function inputsOf(fitted: Answer, width: number, cell: Cell): number[] {
  const { kind, missing } = fitted;
  const flag = missing ? [cell === null ? 1 : 0] : [];
  if (kind === 'numeric') {
    const value = cell === null ? fitted.fill : Number(cell);
    const bins = fitted.edges.slice(1).map((to: number, i: number) => between(fitted.edges[i], to, value));
    return [scale(fitted.scaling, value), ...bins, ...flag];
  }
  if (kind === 'boolean') return [2 * (cell === null ? fitted.share : Number(cell)) - 1, ...flag];
  if (kind === 'datetime') {
    if (cell === null) return [...Array(width - 1).fill(0), 1].slice(missing ? 0 : 1);
    const date = new Date(String(cell));
    const days = Math.floor(date.getTime() / 864e5);
    const cycles: Record<string, number> = {
      month: date.getUTCMonth() / 12,
      day: (date.getUTCDate() - 1) / 31,
      weekday: ((date.getUTCDay() + 6) % 7) / 7,
      time: date.getTime() / 864e5 - days,
    };
    const waves = fitted.cycles.flatMap((name: string) => [
      Math.sin(2 * Math.PI * cycles[name]),
      Math.cos(2 * Math.PI * cycles[name]),
    ]);
    return [clip((date.getTime() - fitted.mean) / fitted.deviation, 20), ...waves, ...flag];
  }
  const { categories, otherCategories, frequencies } = fitted;
  const known = cell === null ? -1 : categories.indexOf(String(cell));
  const other = cell !== null && otherCategories > 0 ? categories.length : -1;
  const position = known >= 0 ? known : other >= 0 ? other : missing ? width - 1 : -1;
  if (position < 0) return otherCategories > 0 ? Array(width).fill(0) : frequencies;
  return Array.from({ length: width }, (_, i) => (i === position ? 1 : 0));
}

function scale(scaling: Answer, value: number): number {
  if (scaling.type === 'standard') return clip((value - scaling.mean) / scaling.deviation, 20);
  if (scaling.type === 'range') return clip((value - scaling.origin) / scaling.span, 20);
  if (scaling.type === 'none') return clip(value, 3.4028234663852886e38);
  const { values, scores } = scaling;
  return values
    .slice(1)
    .reduce(
      (sum: number, to: number, i: number) => sum + between(values[i], to, value) * (scores[i + 1] - scores[i]),
      scores[0],
    );
}

function embed({ inputs, width }: Answer, { type, w, b, s, t, l, m, V, edges }: Answer, x: number[]): number[] {
  let bin = 0;
  const embedded = inputs.flatMap((input: number, j: number) => {
    const value = x[input];
    if (type === 'cosine') {
      const waves = [
        value,
        ...w.values[j].map((f: number, c: number) => Math.cos(2 * Math.PI * (f * value + b.values[j][c]))),
      ];
      return waves.map((wave, c) => s.values[j][c] * wave + t.values[j][c]);
    }
    const E = Array.from({ length: width }, (_, c) => l.values[j][c] * value + m.values[j][c]);
    edges[j].slice(1).forEach((to: number, i: number) => {
      let q = (value - edges[j][i]) / (to - edges[j][i]);
      if (i > 0) q = Math.max(0, q);
      if (i < edges[j].length - 2) q = Math.min(1, q);
      V.values[bin++].forEach((v: number, c: number) => {
        E[c] += q * v;
      });
    });
    return E;
  });
  return [...embedded, ...x.filter((_, i) => !inputs.includes(i))];
}
