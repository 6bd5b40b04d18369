import { expect, it } from 'vitest';
import { spaceSchema } from '../../src/search/space/schema.ts';
import { trialEpochs } from '../../src/search/trialEpochs.ts';
import { OPTIMIZERS } from './space/spaces.ts';

it('reads the epochs of a trial from its parameters, from the job, or from the default', () => {
  const job = { training: { epochs: 70, batchSize: 8 } };
  expect(trialEpochs(job, OPTIMIZERS, 50).of({ 'training.epochs': 20 })).toBe(20);
  expect(trialEpochs(job, OPTIMIZERS, 50).of({})).toBe(70);
  expect(trialEpochs({}, OPTIMIZERS, 50).of({})).toBe(50);
});

it('finds the maximum number of epochs of a trial', () => {
  expect(trialEpochs({ training: { epochs: 70 } }, OPTIMIZERS, 50).max).toBe(70);
  expect(trialEpochs({ training: { epochs: 7 } }, OPTIMIZERS, 50).max).toBe(50);
  const whole = spaceSchema.parse({ training: { type: 'choice', values: [{ epochs: 5 }, {}, { epochs: 80 }] } });
  expect(trialEpochs({ training: { epochs: 70 } }, whole, 50).max).toBe(80);
});
