import { describe, expect, it } from 'vitest';
import { checkRequest } from '../../../src/jobs/submission/check.ts';
import { isEnsemble } from '../../../src/jobs/submission/requestSchema.ts';
import { findDataset, insertDataset } from '../datasets.ts';
import { openJobs } from '../fixtures.ts';

const MACHINE = { cores: 4, coresOfJob: 4, memoryBytes: 2 ** 34 };

async function openService(machine = MACHINE) {
  const service = openJobs(machine);
  const datasetId = await insertDataset(service.database);
  return { ...service, submit: (request: object) => service.jobs.submit({ datasetId, target: 'species', ...request }) };
}

describe('the job of an ensemble', () => {
  it('shows every member with all defaults, and can be sent again as it is shown', async () => {
    const { submit } = await openService();
    const { hyperparameters } = await submit({ effort: 'best', training: { seed: 9 }, labels: { team: 'a' } });
    if (!isEnsemble(hyperparameters)) throw new Error('not an ensemble');
    expect(hyperparameters.ensemble.members.length).toBeGreaterThan(2);
    expect(hyperparameters).not.toHaveProperty('network');
    expect(hyperparameters).not.toHaveProperty('effort');
    expect((await submit(hyperparameters)).hyperparameters).toEqual(hyperparameters);
  });

  it.each([
    {},
    { training: { loss: 'crossEntropy', seed: 3, precision: 'float32' } },
    { features: { scaling: 'standard' } },
    { split: { validation: 0.2 } },
  ])('is the standard one for %j', async (request) => {
    const { submit } = await openService();
    const [unnamed, named] = [await submit(request), await submit({ ...request, effort: 'standard' })];
    expect(unnamed.hyperparameters).toHaveProperty('ensemble.members.length', 8);
    expect(unnamed.hyperparameters).toEqual(named.hyperparameters);
  });

  it.each([
    { ensemble: null },
    { network: {} },
    { ensemble: null, network: { layers: [] } },
    { training: { epochs: 3 } },
    { training: { loss: 'crossEntropy', classWeights: 'balanced' } },
    { split: { validation: 0 } },
  ])('is replaced by one network for %j', async (request) => {
    const { submit } = await openService();
    expect((await submit(request)).hyperparameters).toHaveProperty('network');
  });

  it('is chosen by a budget, and stored as a list of members', async () => {
    const { submit } = await openService();
    const { hyperparameters, estimate } = await submit({ budget: { seconds: 5 } });
    expect(hyperparameters).not.toHaveProperty('budget');
    expect(estimate?.seconds).toBeLessThanOrEqual(5);
    expect((await submit(hyperparameters)).hyperparameters).toEqual(hyperparameters);
  });

  it('is refused with the field when it is impossible', async () => {
    const { submit } = await openService();
    await expect(submit({ effort: 'fast', network: {} })).rejects.toMatchObject({
      code: 'invalid_spec',
      errors: [{ path: '/effort', message: expect.stringMatching(/`network` describes a single network/) }],
    });
    await expect(submit({ ensemble: { members: [{ training: { epochs: 0 } }] } })).rejects.toMatchObject({
      code: 'invalid_request',
      errors: [{ path: '/ensemble/members/0/training/epochs' }],
    });
  });

  it('is refused when its networks need more memory than the job may use, at once or alone', async () => {
    const wide = { network: { layers: [{ units: 4096 }, { units: 4096 }] }, training: { epochs: 40 } };
    const { submit } = await openService({ ...MACHINE, memoryBytes: 2 ** 31 });
    await expect(submit({ ensemble: { members: [wide] } })).rejects.toMatchObject({
      errors: [{ path: '/ensemble/members', message: expect.stringMatching(/^The ensemble needs about \d+ MB/) }],
    });
    const small = await openService({ ...MACHINE, memoryBytes: 2 ** 28 });
    await expect(small.submit({ ensemble: { members: [{}, wide] } })).rejects.toMatchObject({
      errors: expect.arrayContaining([expect.objectContaining({ path: '/ensemble/members/1/network/layers' })]),
    });
  });

  it('is no trial of a sweep', async () => {
    const { database } = await openService();
    const body = { datasetId: await insertDataset(database), target: 'species' };
    for (const [field, value] of [
      ['effort', 'fast'] as const,
      ['ensemble', {}] as const,
      ['budget', { seconds: 9 }] as const,
    ]) {
      await expect(checkRequest({ ...body, [field]: value }, findDataset(database), MACHINE)).rejects.toMatchObject({
        code: 'invalid_spec',
        errors: [{ path: `/${field}`, message: expect.stringMatching(/trains one network/) }],
      });
    }
  });

  it('warns of a member that asks for more cores than the machine has', async () => {
    const { submit } = await openService();
    const job = await submit({ ensemble: { members: [{ training: { threads: 64 } }] } });
    expect(job.warnings).toContainEqual(expect.objectContaining({ code: 'fewer_threads' }));
  });
});
