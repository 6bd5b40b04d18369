/** The tables whose accuracy is measured, each with the columns that give its target away. */

export interface AccuracyTable {
  readonly dataset: string;
  readonly target: string;
  readonly metric: 'accuracy' | 'rmse';
  /** Columns that are no features: identifiers, and parts of the target. */
  readonly exclude: readonly string[];
  /** `published`: the one of published results. `random`: 64/16/20, another for each seed. */
  readonly split: 'published' | 'random';
  /** How many seeds are run unless the command names them. */
  readonly seeds: number;
}

const PUBLISHED = { exclude: [], split: 'published', seeds: 3 } as const;
const RANDOM = { exclude: [], split: 'random', seeds: 5 } as const;

export const ACCURACY_TABLES: readonly AccuracyTable[] = [
  { ...PUBLISHED, dataset: 'california', target: 'MedHouseVal', metric: 'rmse' },
  { ...PUBLISHED, dataset: 'adult', target: 'income', metric: 'accuracy' },
  { ...PUBLISHED, dataset: 'house_16h', target: 'target', metric: 'rmse' },
  { ...PUBLISHED, dataset: 'letter', target: 'lettr', metric: 'accuracy' },
  { ...PUBLISHED, dataset: 'mnist', target: 'label', metric: 'accuracy' },
  { ...RANDOM, dataset: 'diamonds', target: 'price', metric: 'rmse' },
  {
    ...RANDOM,
    dataset: 'bike_sharing',
    target: 'cnt',
    metric: 'rmse',
    exclude: ['instant', 'casual', 'registered'],
  },
  { ...RANDOM, dataset: 'wine_quality', target: 'quality', metric: 'rmse' },
  { ...RANDOM, dataset: 'telco_churn', target: 'Churn', metric: 'accuracy', exclude: ['customerID'] },
  { ...RANDOM, dataset: 'titanic', target: 'survived', metric: 'accuracy', exclude: ['boat', 'body'] },
];
