import { expect, it } from 'vitest';
import { estimateCost } from '../../../src/training/estimate/cost.ts';
import { estimateDuration, UNMEASURED } from '../../../src/training/estimate/duration.ts';
import { specFor } from '../profile.ts';
import { flowers } from '../tables.ts';

const columns = [
  { name: 'kind', type: 'categorical', missing: 0, distinct: 3 },
  { name: 'town', type: 'categorical', missing: 0, distinct: 3 },
] as const;
const SHAPE = { rows: 12_800, columns };

const withEpochs = (epochs: number) =>
  specFor(flowers(300), { target: 'kind', network: { layers: [{ units: 8 }] }, training: { epochs, batchSize: 64 } });

it('trains each network on one core, in order, as soon as a core is free', () => {
  const networks = [30, 10, 10, 20].map(withEpochs);
  const { secondsPerEpoch, secondsAround } = estimateCost(networks[0], SHAPE);
  const epochsOn = (cores: number) => {
    const { seconds } = estimateDuration(networks, SHAPE, { cores, calibration: UNMEASURED });
    return (seconds - secondsAround) / secondsPerEpoch;
  };
  expect(epochsOn(1)).toBeCloseTo(70, 6);
  expect(epochsOn(2)).toBeCloseTo(40, 6);
  expect(epochsOn(9)).toBeCloseTo(30, 6);
});

it('follows the measured ratios', () => {
  const calibration = { epochs: 3, overhead: 2, jobs: 1 };
  const { secondsPerEpoch, secondsAround } = estimateCost(withEpochs(10), SHAPE);
  const duration = estimateDuration([withEpochs(10)], SHAPE, { cores: 4, calibration });
  expect(duration.seconds).toBeCloseTo(30 * secondsPerEpoch + 2 * secondsAround, 9);
  expect(duration.cpuSeconds).toBe(duration.seconds);
});
