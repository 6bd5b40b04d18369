import type { Kernels } from '../kernels.ts';

type Embeddings = Pick<Kernels, 'cosine' | 'cosineGradient' | 'piecewiseLinear' | 'piecewiseLinearGradient'>;

const TURN = 2 * Math.PI;
/** Above it float64 has no half integers: a phase is a whole number of turns. */
const WHOLE_TURNS = 2 ** 51;

/** u minus the nearest integer. */
function fractionOf(u: number): number {
  return Math.abs(u) < WHOLE_TURNS ? u - Math.round(u) : u - u;
}

/** Embeddings of the first f inputs; the k other inputs follow them. */
export function embeddings(values: Float64Array, indices: Int32Array): Embeddings {
  function copyOthers(E: number, X: number, m: number, k: number, f: number, d: number): void {
    for (let i = 0; i < m; i++) {
      const others = X + i * (f + k) + f;
      values.copyWithin(E + i * (f * d + k) + f * d, others, others + k);
    }
  }

  /** The bin of an input's number, and its position in the bin. */
  function placeOf(x: number, edges: number, starts: number, j: number) {
    const first = indices[starts + j];
    const bins = indices[starts + j + 1] - first;
    const edge = (at: number): number => values[edges + first + j + at];
    let bin = 0;
    for (let at = 1; at < bins; at++) if (edge(at) <= x) bin += 1;
    return { first, bin: first + bin, position: (x - edge(bin)) / (edge(bin + 1) - edge(bin)) };
  }

  return {
    cosine(E, X, w, b, s, t, m, k, f, d) {
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < f; j++) {
          const x = values[X + i * (f + k) + j];
          for (let c = 0; c < d; c++) {
            const wave = j * (d - 1) + c - 1;
            const C = c === 0 ? x : Math.cos(TURN * fractionOf(values[w + wave] * x + values[b + wave]));
            values[E + i * (f * d + k) + j * d + c] = values[s + j * d + c] * C + values[t + j * d + c];
          }
        }
      }
      copyOthers(E, X, m, k, f, d);
    },

    cosineGradient(dw, db, ds, dt, dE, X, w, b, s, m, k, f, d, scale) {
      for (let j = 0; j < f; j++) {
        for (let c = 0; c < d; c++) {
          const wave = j * (d - 1) + c - 1;
          const sums = { w: 0, b: 0, s: 0, t: 0 };
          for (let i = 0; i < m; i++) {
            const x = values[X + i * (f + k) + j];
            const gradient = values[dE + i * (f * d + k) + j * d + c];
            const phase = TURN * fractionOf(values[w + wave] * x + values[b + wave]);
            const slope = gradient * Math.sin(phase);
            sums.w += slope * x;
            sums.b += slope;
            sums.s += gradient * (c === 0 ? x : Math.cos(phase));
            sums.t += gradient;
          }
          values[ds + j * d + c] = scale * sums.s;
          values[dt + j * d + c] = scale * sums.t;
          if (c === 0) continue;
          const inner = -TURN * values[s + j * d + c] * scale;
          values[dw + wave] = inner * sums.w;
          values[db + wave] = inner * sums.b;
        }
      }
    },

    piecewiseLinear(E, X, edges, starts, slope, intercept, V, below, m, k, f, d, _bins) {
      for (let j = 0; j < f; j++) {
        for (let c = 0; c < d; c++) {
          let sum = 0;
          for (let bin = indices[starts + j]; bin < indices[starts + j + 1]; bin++) {
            values[below + bin * d + c] = sum;
            sum += values[V + bin * d + c];
          }
        }
      }
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < f; j++) {
          const x = values[X + i * (f + k) + j];
          const { bin, position } = placeOf(x, edges, starts, j);
          for (let c = 0; c < d; c++) {
            const line = values[slope + j * d + c] * x + values[intercept + j * d + c];
            const bend = values[below + bin * d + c] + position * values[V + bin * d + c];
            values[E + i * (f * d + k) + j * d + c] = line + bend;
          }
        }
      }
      copyOthers(E, X, m, k, f, d);
    },

    piecewiseLinearGradient(dslope, dintercept, dV, inBin, dE, X, edges, starts, m, k, f, d, bins, scale) {
      for (const sums of [dV, inBin]) values.fill(0, sums, sums + bins * d);
      for (const sums of [dslope, dintercept]) values.fill(0, sums, sums + f * d);
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < f; j++) {
          const x = values[X + i * (f + k) + j];
          const { first, bin, position } = placeOf(x, edges, starts, j);
          for (let c = 0; c < d; c++) {
            const unscaled = values[dE + i * (f * d + k) + j * d + c];
            const gradient = scale * unscaled;
            values[dslope + j * d + c] += gradient * x;
            values[dintercept + j * d + c] += gradient;
            for (let lower = first; lower < bin; lower++) values[dV + lower * d + c] += gradient;
            values[dV + bin * d + c] += gradient * position;
            values[inBin + bin * d + c] += unscaled;
          }
        }
      }
    },
  };
}
