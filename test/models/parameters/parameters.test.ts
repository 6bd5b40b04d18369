import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { binaryOutcome, matrix, regressionOutcome } from '../support/outcomes.ts';
import { openTestService, type TestService } from '../support/testService.ts';

let service: TestService;
beforeAll(async () => {
  service = await openTestService();
});
afterAll(() => service.close());

const get = (url: string) => service.app.inject({ method: 'GET', url });

describe('the parameters of a model', () => {
  it('are the same float32 as stored, in the shapes of the notes', async () => {
    const values = [0.1, -1e-30, 16777216, 3.4028234663852886e38, 1 / 3, -0];
    const outcome = binaryOutcome();
    const [, ...others] = outcome.parameters;
    const gamma = matrix(1, 'gamma', [2, 1], [1, 2]);
    const id = await service.save({ ...outcome, parameters: [matrix(1, 'W', [2, 3], values), gamma, ...others] });
    const response = await get(`/v1/models/${id}/parameters?format=json`);
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    const { layers } = response.json();
    expect(layers).toHaveLength(2);
    expect(layers[0]).toMatchObject({
      layer: 1,
      activation: 'relu',
      b: { shape: [2, 1] },
      gamma: { values: [[1], [2]] },
    });
    expect(layers[0].W.shape).toEqual([2, 3]);
    expect(layers[0].W.values.map((row: number[]) => row.length)).toEqual([3, 3]);
    expect(Float32Array.from(layers[0].W.values.flat())).toEqual(Float32Array.from(values));
    expect(response.body).toContain('[[0.1,');
  });

  it('are rejected for an unknown format, and the error lists the formats', async () => {
    const response = await get(`/v1/models/${await service.save(binaryOutcome())}/parameters?format=npz`);
    expect(response.statusCode).toBe(400);
    expect(response.json().errors).toEqual([{ path: '/format', message: expect.stringContaining('json') }]);
  });

  it('have a hash that can be computed again', async () => {
    const { sha256 } = (await get(`/v1/models/${await service.save(regressionOutcome())}`)).json();
    const hash = createHash('sha256');
    hash.update('1 W [1,1]\n').update(Buffer.from(Float32Array.of(0.5).buffer));
    hash.update('1 b [1,1]\n').update(Buffer.from(Float32Array.of(0.25).buffer));
    expect(sha256).toBe(hash.digest('hex'));
  });

  it('are not found for a missing model', async () => {
    const response = await get('/v1/models/mdl_none/parameters');
    expect([response.statusCode, response.json().code]).toEqual([404, 'model_not_found']);
  });
});
