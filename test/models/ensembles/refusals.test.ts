import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packSplit } from '../../../src/training/split/packed.ts';
import { binaryOutcome, regressionOutcome } from '../support/outcomes.ts';
import { openTrainingService, type TrainingService } from '../support/trainingService.ts';

const PEOPLE = [
  'age,work,income,price,x,weight',
  ...Array.from({ length: 60 }, (_, i) =>
    [20 + i, i % 3 ? 'Private' : 'State', i % 2 ? 'yes' : 'no', i * 1.5, i / 60, 1 + (i % 3)].join(),
  ),
].join('\n');

const OTHER_SPLIT = packSplit({ training: Int32Array.of(2), validation: Int32Array.of(1), test: Int32Array.of(0) }, 4);

let service: TrainingService;
let dataset: string;
let first: string;
beforeAll(async () => {
  service = await openTrainingService();
  dataset = await service.upload(PEOPLE);
  first = await service.save(dataset, { target: 'income' }, binaryOutcome());
});
afterAll(() => service.close());

/** The error for an ensemble of the first model with others. */
async function refusal(others: readonly string[], more?: object): Promise<{ code: string; message: string }> {
  const error = await service.ensemble([first, ...others], more).catch((thrown) => thrown);
  return { code: error.code, message: error.message };
}

describe('an ensemble is rejected', () => {
  it.each([
    ['another target', () => service.save(dataset, { target: 'price' }, regressionOutcome()), "predicts 'price'"],
    [
      'another task',
      () =>
        service.save(
          dataset,
          { target: 'income', task: 'multiclass', training: { loss: 'crossEntropy' } },
          binaryOutcome(),
        ),
      'has the task multiclass',
    ],
    [
      'the classes in another order',
      () => service.save(dataset, { target: 'income' }, binaryOutcome({ classes: ['yes', 'no'] })),
      'other classes',
    ],
    [
      'other classes',
      () => service.save(dataset, { target: 'income' }, binaryOutcome({ classes: ['no', 'maybe'] })),
      'other classes',
    ],
    [
      'another split',
      () => service.save(dataset, { target: 'income', split: { method: 'random', seed: 2 } }, binaryOutcome()),
      'other rows',
    ],
    [
      'other rows for the same split',
      () => service.save(dataset, { target: 'income' }, { ...binaryOutcome(), split: OTHER_SPLIT }),
      'other rows',
    ],
    [
      'other row weights',
      () => service.save(dataset, { target: 'income', weightColumn: 'weight' }, binaryOutcome()),
      'other rows',
    ],
    [
      'another dataset',
      async () => service.save(await service.upload(PEOPLE), { target: 'income' }, binaryOutcome()),
      'another dataset',
    ],
    [
      'an ensemble among its members',
      async () => service.ensemble([first, await service.save(dataset, { target: 'income' }, binaryOutcome())]),
      'is an ensemble itself',
    ],
  ])('with %s, and the error names the model', async (_name, make, message) => {
    const like = await service.save(dataset, { target: 'income' }, binaryOutcome());
    const other = await make();
    const refused = await refusal([like, other]);
    expect(refused.code).toBe('invalid_ensemble');
    expect(refused.message).toContain(message);
    expect(refused.message).toContain(other);
  });

  it('with one member, with 65, or with one member twice', async () => {
    for (const others of [[], Array.from({ length: 64 }, (_, i) => `mdl_${i}`), [first]]) {
      expect(await refusal(others)).toMatchObject({ code: 'invalid_ensemble' });
    }
  });

  it('with a missing model, or one of another project', async () => {
    expect(await refusal(['mdl_none'])).toMatchObject({ code: 'model_not_found' });
    await service.database.insertInto('projects').values({ name: 'theirs', createdAt: 0 }).execute();
    const theirs = await service.save(dataset, { target: 'income' }, binaryOutcome(), 'theirs');
    expect(await refusal([theirs])).toMatchObject({ code: 'model_not_found' });
  });

  it('when a member is deleted during measuring, and nothing is stored', async () => {
    const mortal = await service.save(dataset, { target: 'income' }, binaryOutcome());
    const refused = refusal([mortal], { id: 'mdl_never' });
    await service.database.deleteFrom('models').where('id', '=', mortal).execute();
    expect(await refused).toMatchObject({ code: 'model_not_found' });
    expect(await service.database.selectFrom('models').select('id').where('id', '=', 'mdl_never').execute()).toEqual(
      [],
    );
  });
});
