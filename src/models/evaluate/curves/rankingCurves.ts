import type { Ranking } from '../metrics/ranking.ts';
import { simplify } from './simplify.ts';

const MAX_POINTS = 200;

export interface RankingCurves {
  readonly roc: {
    /** The score from which on a row counts as positive; null: no row does. */
    readonly points: readonly { readonly threshold: number | null; readonly fpr: number; readonly tpr: number }[];
    readonly maxError: number;
  };
  readonly precisionRecall: {
    readonly points: readonly { readonly threshold: number; readonly recall: number; readonly precision: number }[];
    readonly maxError: number;
  };
}

/** The ROC and the precision-recall curve of rows; null if a class is missing. */
export function rankingCurves(
  scores: ArrayLike<number>,
  { order, steps }: Ranking,
  isPositive: (row: number) => boolean,
  weightOf: (row: number) => number,
): RankingCurves | null {
  const [tp, fp, thresholds]: [number[], number[], (number | null)[]] = [[0], [0], [null]];
  let start = 0;
  for (const end of steps) {
    let [hits, alarms] = [tp[tp.length - 1], fp[fp.length - 1]];
    thresholds.push(scores[order[start]]);
    for (; start < end; start++) {
      if (isPositive(order[start])) hits += weightOf(order[start]);
      else alarms += weightOf(order[start]);
    }
    tp.push(hits);
    fp.push(alarms);
  }
  const [positives, negatives] = [tp[tp.length - 1], fp[fp.length - 1]];
  if (!(positives > 0 && negatives > 0)) return null;
  const tpr = tp.map((hits) => hits / positives);
  const fpr = fp.map((alarms) => alarms / negatives);
  const precision = tp.slice(1).map((hits, i) => hits / (hits + fp[i + 1]));
  const roc = simplify(fpr, tpr, MAX_POINTS);
  const pr = simplify(tpr.slice(1), precision, MAX_POINTS);
  return {
    roc: {
      points: roc.selected.map((i) => ({ threshold: thresholds[i], fpr: fpr[i], tpr: tpr[i] })),
      maxError: roc.maxError,
    },
    precisionRecall: {
      points: pr.selected.map((i) => ({
        ...{ threshold: Number(thresholds[i + 1]), recall: tpr[i + 1], precision: precision[i] },
      })),
      maxError: pr.maxError,
    },
  };
}
