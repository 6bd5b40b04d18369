import { describe, expect, it } from 'vitest';
import { previewSearch } from '../../src/search/preview.ts';
import { pruningSchema } from '../../src/search/pruners.ts';
import { type Algorithm, SAMPLERS } from '../../src/search/samplers.ts';
import { epochsAsked, runSearch, SETTINGS } from '../search/runSearch.ts';
import { GRID, OPTIMIZERS } from '../search/space/spaces.ts';

const epochs = { of: () => 27, max: 27 };
// Object.keys loses the type of the keys.
const ALGORITHMS = Object.keys(SAMPLERS) as Algorithm[];

describe('a preview', () => {
  it.each(ALGORITHMS)('shows the first trials of a search: %s', (algorithm) => {
    const settings = { ...SETTINGS, space: algorithm === 'grid' ? GRID : OPTIMIZERS, algorithm, parallel: 2 };
    const { first } = previewSearch(settings);
    expect(first).toHaveLength(10);
    expect(
      runSearch(settings)
        .segments.slice(0, 10)
        .map(({ parameters }) => parameters),
    ).toEqual(first);
  });

  it('counts the trials, limited to the size of a grid, and their epochs', () => {
    const settings = { ...SETTINGS, space: GRID, epochs, trials: 100 };
    const all = { first: expect.any(Array), estimatedEpochs: null };
    expect(previewSearch({ ...settings, algorithm: 'grid' })).toEqual({ ...all, trials: 14, maxEpochs: 14 * 27 });
    expect(previewSearch({ ...settings, algorithm: 'tpe' })).toEqual({ ...all, trials: 100, maxEpochs: 2700 });
    expect(previewSearch({ ...settings, algorithm: 'tpe', trials: 3 }).first).toHaveLength(3);
  });

  it('estimates the epochs with asha and hyperband, but not with median', () => {
    const settings = { ...SETTINGS, space: OPTIMIZERS, algorithm: 'random', epochs, trials: 60 } as const;
    const estimateOf = (type: string) =>
      previewSearch({ ...settings, pruning: pruningSchema.parse({ type }) }).estimatedEpochs;
    // 60 trials run to epoch 1, 20 to 3, 6 to 9 and 2 to 27.
    expect(estimateOf('asha')).toBe(60 * 2 + 20 * 4 + 6 * 12 + 2 * 9);
    expect(estimateOf('median')).toBeNull();
    for (const type of ['asha', 'hyperband']) {
      const { segments } = runSearch({ ...settings, pruning: pruningSchema.parse({ type }) });
      const share = epochsAsked(segments, epochs) / Number(estimateOf(type));
      expect(share).toBeGreaterThan(0.8);
      expect(share).toBeLessThan(2);
    }
  });
});
