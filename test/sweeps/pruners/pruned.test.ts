import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pruningSchema } from '../../../src/search/pruners.ts';
import type { SearchSettings, Segment, SegmentResult } from '../../../src/search/search.ts';
import { EPOCHS, epochsAsked, runSearch, SETTINGS } from '../../search/runSearch.ts';
import { OPTIMIZERS } from '../../search/space/spaces.ts';

const settingsOf = (pruning: object): SearchSettings => ({
  ...SETTINGS,
  space: { x: { type: 'uniform', min: 0, max: 1 } },
  algorithm: 'random',
  trials: 60,
  epochs: { of: () => 27, max: 27 },
  pruning: pruningSchema.parse(pruning),
});

describe('a search pruned by median', () => {
  it('saves epochs, and ends only trials above the median', () => {
    const { segments } = runSearch({ ...settingsOf({ type: 'median' }), algorithm: 'tpe' });
    const done = segments.map(({ result }) => result?.perEpoch?.length ?? 0).reduce((a, b) => a + b, 0);
    expect(segments).toHaveLength(60);
    expect(done).toBeLessThan(0.8 * 60 * 27);
  });
});

/** Compares each promotion with the results that were visible when it was decided. */
function expectEarned(segments: readonly Segment[], milestones: readonly (number | null)[], parallel: number): void {
  const rungOf = (until: number | null) => milestones.indexOf(until);
  for (const [k, { trial, until, parameters }] of segments.entries()) {
    const rung = rungOf(until);
    if (segments.findIndex((segment) => segment.trial === trial) === k) {
      expect(rung).toBe(0);
      continue;
    }
    const lossOf = ({ result }: Segment) => result?.objectives?.[0] ?? Number.POSITIVE_INFINITY;
    const below = segments.filter((segment) => rungOf(segment.until) === rung - 1);
    const own = below.find((segment) => segment.trial === trial);
    expect(own?.parameters).toEqual(parameters);
    // When no trial is left to create, the results become visible one by one.
    const counts = Array.from({ length: isDraining(segments, k) ? parallel : 1 }, (_, more) => k - parallel + 1 + more);
    const hasEarned = (count: number) => {
      const visible = segments.slice(0, count).filter((segment) => below.includes(segment));
      const better = visible.filter((segment) => own && lossOf(segment) < lossOf(own)).length;
      return own !== undefined && visible.includes(own) && better < Math.floor(visible.length / 3);
    };
    const isFinalPromotion =
      counts.at(-1) === k && segments.slice(0, k).every((segment) => rungOf(segment.until) < rung);
    expect(isFinalPromotion || counts.some(hasEarned)).toBe(true);
  }
}

function isDraining(segments: readonly Segment[], k: number): boolean {
  return new Set(segments.slice(0, k).map(({ trial }) => trial)).size === 60;
}

describe('a search pruned by asha', () => {
  const milestones = [2, 6, 18, null];

  it.each([1, 4])('promotes the best third of each rung, each once, and some to their end: %i at once', (parallel) => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        // Without early stopping every trial on a rung ran to it.
        const resultOf = (...[parameters, until]: Parameters<typeof lossAt>) => lossAt(parameters, until);
        const { segments } = runSearch({ ...settingsOf({ type: 'asha' }), seed, parallel }, { resultOf });
        expectEarned(segments, milestones, parallel);
        const runs = segments.map(({ trial, until }) => `${trial} to ${until}`);
        expect(new Set(runs).size).toBe(runs.length);
        expect(runs.some((each) => each.endsWith('null'))).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('needs at most a third of the epochs of full trainings', () => {
    for (const parallel of [1, 2, 8]) {
      const settings = { ...settingsOf({ type: 'asha' }), parallel };
      const { segments } = runSearch(settings);
      expect(epochsAsked(segments, settings.epochs)).toBeLessThan((60 * 27) / 3);
    }
  });

  it('compares trials with different numbers of epochs at the milestones that all reach', () => {
    const { segments } = runSearch({
      ...settingsOf({ type: 'asha', minEpochs: 20 }),
      space: OPTIMIZERS,
      epochs: EPOCHS,
    });
    const untils = new Map(segments.map(({ parameters, until }) => [EPOCHS.of(parameters), until]));
    for (const [epochs, until] of untils) expect(until === null || until < epochs).toBe(true);
    expect(untils.get(10)).toBeNull();
    expect(untils.get(20)).toBeNull();
  });

  it('runs the best trial to its end if there are too few for a promotion', () => {
    const { segments, decisions } = runSearch({ ...settingsOf({ type: 'asha' }), trials: 2 });
    expect(segments.filter(({ until }) => until === null)).toHaveLength(1);
    expect(decisions.at(-1)).toEqual({ kind: 'end', reason: 'trials' });
  });
});

/** A loss that falls with the epochs; the ranking of the trials changes. */
function lossAt({ x }: Segment['parameters'], until: number | null): SegmentResult {
  const wave = Math.sin(50 * Number(x)) / (until ?? 27);
  return { objectives: [Number(x) + wave + 1], over: until === null };
}

describe('a search pruned by hyperband', () => {
  it('halves each bracket independently, with less than half the epochs of full trainings', () => {
    const settings = { ...settingsOf({ type: 'hyperband' }), parallel: 3 };
    const { segments } = runSearch(settings);
    const first = new Map(segments.toReversed().map(({ trial, until }) => [trial, until]));
    expect(new Set(first.values())).toEqual(new Set([2, 6, 18, null]));
    expect(epochsAsked(segments, settings.epochs)).toBeLessThan((60 * 27) / 2);
    const runs = segments.map(({ trial, until }) => `${trial} to ${until}`);
    expect(new Set(runs).size).toBe(runs.length);
  });
});
