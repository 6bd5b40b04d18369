import type { EmbeddingSpec } from '../engine/layers/embedding/embedding.ts';
import { fitEdges } from '../features/scaling/bins.ts';
import { sortedSample } from '../features/scaling/sample.ts';
import { denseWidth, numberInputs } from '../features/transform.ts';
import type { Prepared } from './prepare.ts';
import { createEmbeddingSpec } from './resolve/embedding.ts';
import { invalidSpec } from './schemas/invalidSpec.ts';
import type { EmbeddingSettings } from './schemas/network.ts';

/**
 * The embedding of the number columns, with edges at the quantiles of the training rows' scaled
 * numbers. Throws `invalid_spec` when every number column was left out.
 */
export function fitEmbedding(
  settings: EmbeddingSettings | null,
  { features, X, rows }: Pick<Prepared, 'features' | 'X' | 'rows'>,
): EmbeddingSpec | null {
  if (settings === null) return null;
  const columns = numberInputs(features);
  if (columns.length === 0)
    throw invalidSpec(
      '/network/embedding',
      'Every number column is constant, so there is none to embed. Remove the embedding.',
    );
  const dense = denseWidth(features);
  const numbersOf = (column: number): Float64Array =>
    Float64Array.from({ length: rows.training }, (_number, row) => X[row * dense + column]);
  return createEmbeddingSpec(settings, columns, (column, bins) => edgesOf(numbersOf(column), bins));
}

/** At least one bin; of a column with one value, the bin that starts there. */
function edgesOf(numbers: Float64Array, bins: number): readonly number[] {
  const sample = sortedSample(numbers);
  // A frequent value may add one bin.
  const edges = [bins, bins - 1].map((count) => fitEdges(sample, count)).find(({ length }) => length <= bins + 1) ?? [];
  if (edges.length > 0) return edges;
  const [min, max] = [sample[0], sample[sample.length - 1]];
  return [min, max > min ? max : min + Math.max(1, Math.abs(min))];
}
