import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storedBytes } from '../../../src/store/storedBytes.ts';
import { TENANT } from '../../support/access.ts';
import { SHOPS, SHOPS_CSV, shopTraining, toCsv } from '../support/shops.ts';
import { openTrainingService, type TrainingService } from '../support/trainingService.ts';

/** Responses have the shortest text of a float32. */
const DIGITS = 6;
const rows = SHOPS.slice(0, 40);

let service: TrainingService;
let dataset: string;
let members: readonly string[];
let ensemble: string;
beforeAll(async () => {
  service = await openTrainingService();
  dataset = await service.upload(SHOPS_CSV);
  const narrow = shopTraining('size', 3, { network: { layers: [{ units: 4 }, { units: 3, normalization: 'batch' }] } });
  members = [
    await service.train(dataset, shopTraining('size', 1)),
    await service.train(dataset, shopTraining('size', 2)),
    await service.train(dataset, narrow),
  ];
  ensemble = await service.ensemble(members);
});
afterAll(() => service.close());

const send = (method: 'GET' | 'DELETE', url: string) => service.app.inject({ method, url });

async function predictText(id: string, payload: string, contentType: string): Promise<string> {
  const headers = { 'content-type': contentType };
  const response = await service.app.inject({ method: 'POST', url: `/v1/models/${id}/predict`, payload, headers });
  expect(response.statusCode).toBe(200);
  return response.body;
}

/** The mean of some numbers. */
function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('the predictions of an ensemble', () => {
  it('are the mean probabilities of its members, and the most probable label', async () => {
    const predicted = await service.predict(ensemble, rows);
    const ofMembers = await Promise.all(members.map((id) => service.predict(id, rows)));
    for (const [row, { label, probabilities }] of predicted.entries()) {
      const means = ['large', 'middle', 'small'].map((name) =>
        mean(ofMembers.map((predictions) => predictions[row].probabilities[name])),
      );
      expect(Object.keys(probabilities)).toEqual(['large', 'middle', 'small']);
      for (const [index, value] of Object.values(probabilities).entries()) {
        expect(value).toBeCloseTo(means[index], DIGITS);
      }
      expect(probabilities[label]).toBe(Math.max(...Object.values(probabilities)));
    }
  });

  it('are the same to the bit for rows alone and in one body, of one network and of several', async () => {
    for (const id of [members[0], members[2], ensemble]) {
      const alone = [];
      for (const row of rows) alone.push(...(await service.predict(id, [row])));
      for (const first of [0, 1, 7, 39])
        expect(await service.predict(id, rows.slice(first))).toEqual(alone.slice(first));
    }
  });

  it('are the same in NDJSON and CSV as in JSON', async () => {
    const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    for (const id of [members[0], ensemble]) {
      const predicted = await service.predict(id, rows);
      const ndjson = await predictText(id, lines, 'application/x-ndjson');
      expect(ndjson).toBe(predicted.map((prediction) => `${JSON.stringify(prediction)}\n`).join(''));
      const csv = await predictText(id, toCsv(rows), 'text/csv');
      const cells = predicted.map(({ label, probabilities }) => [label, ...Object.values(probabilities)].join());
      expect(csv.trimEnd().split('\n').slice(1)).toEqual(cells);
    }
  });

  it('equal those of the model if all members are equal', async () => {
    const twins = await service.twins(dataset, shopTraining('open', 1));
    expect(await service.predict(await service.ensemble(twins), rows)).toEqual(await service.predict(twins[0], rows));
  });

  it('are the mean number in the unit of the target, for members with different losses', async () => {
    const ids = [
      await service.train(dataset, shopTraining('visits', 1, { task: 'regression', training: { loss: 'poisson' } })),
      await service.train(dataset, shopTraining('visits', 1, { task: 'regression', training: { loss: 'mae' } })),
    ];
    const [first, second] = await Promise.all(ids.map((id) => service.predict(id, rows)));
    const predicted = await service.predict(await service.ensemble(ids), rows);
    for (const [row, { value }] of predicted.entries()) {
      expect(value).toBeCloseTo(mean([first[row].value, second[row].value]), DIGITS);
    }
  });

  it('are the mean of members that read a column as a number, as a category, or not at all', async () => {
    const exclude = ['sales', 'visits', 'open', 'importance'];
    const ids = [
      await service.train(dataset, shopTraining('size', 1)),
      await service.train(dataset, shopTraining('size', 1, { features: { exclude, types: { code: 'categorical' } } })),
      await service.train(dataset, shopTraining('size', 1, { features: { exclude: [...exclude, 'code'] } })),
      await service.train(dataset, shopTraining('size', 1, { features: { exclude, maxCategories: 2 } })),
    ];
    const ofMembers = await Promise.all(ids.map((id) => service.predict(id, rows)));
    const id = await service.ensemble(ids);
    for (const [row, { probabilities }] of (await service.predict(id, rows)).entries()) {
      const small = mean(ofMembers.map((predictions) => predictions[row].probabilities.small));
      expect(probabilities.small).toBeCloseTo(small, DIGITS);
    }
    const inputs = (await service.model(id)).inputs.map(({ name, type }) => `${name} ${type}`);
    expect(inputs.toSorted()).toEqual([
      'city categorical',
      'code categorical',
      'code numeric',
      'garden categorical',
      'rooms numeric',
    ]);
  });

  it('are equal in every format, for one row or many', async () => {
    const predictions = await service.predict(ensemble, rows);
    const [header, ...lines] = (await predictText(ensemble, toCsv(rows), 'text/csv')).trim().split('\n');
    expect(header).toBe('prediction,probability_large,probability_middle,probability_small');
    expect(lines).toEqual(
      predictions.map(({ label, probabilities }) => [label, ...Object.values(probabilities)].join()),
    );
    const ndjson = await predictText(
      ensemble,
      rows.map((row) => JSON.stringify(row)).join('\n'),
      'application/x-ndjson',
    );
    expect(
      ndjson
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(predictions);
    expect(await service.predict(ensemble, rows.slice(7, 8))).toEqual(predictions.slice(7, 8));
  });

  it('warn of missing and unknown values once, for any number of members', async () => {
    const payload = { rows: [{ rooms: 3, city: 'Paris', garden: 'yes', code: 1 }] };
    const response = await service.app.inject({ method: 'POST', url: `/v1/models/${ensemble}/predict`, payload });
    expect(response.json().warnings).toEqual([
      expect.objectContaining({ code: 'unseen_category', column: 'city', count: 1 }),
    ]);
    const wrong = { rows: [{ rooms: 3, romos: 3 }] };
    const refused = await service.app.inject({ method: 'POST', url: `/v1/models/${ensemble}/predict`, payload: wrong });
    expect(refused.json()).toMatchObject({ code: 'invalid_rows', errors: [{ path: '/rows/0/romos' }] });
  });
});

describe('an ensemble', () => {
  it('shows its members, and null for the fields of a single network', async () => {
    const shown = await Promise.all(members.map(service.model));
    const hash = createHash('sha256');
    for (const { sha256 } of shown) hash.update(`${sha256}\n`);
    expect(await service.model(ensemble)).toMatchObject({
      id: ensemble,
      name: 'together',
      jobId: null,
      datasetId: dataset,
      task: 'multiclass',
      target: 'size',
      classes: ['large', 'middle', 'small'],
      members,
      inputs: shown[0].inputs,
      embedding: null,
      layers: [],
      parameterCount: shown.reduce((sum, { parameterCount }) => sum + parameterCount, 0),
      multiplyAddsPerRow: shown.reduce((sum, { multiplyAddsPerRow }) => sum + multiplyAddsPerRow, 0),
      best: null,
      hyperparameters: null,
      sha256: hash.digest('hex'),
      warnings: shown[0].warnings,
    });
    expect(shown.map((model) => model.members)).toEqual([null, null, null]);
  });

  it('is in the list of models, also in that of its dataset', async () => {
    const { items } = (await send('GET', `/v1/models?datasetId=${dataset}&limit=200`)).json();
    expect(items.map(({ id }: { id: string }) => id)).toContain(ensemble);
  });

  it('returns the parameters of each member', async () => {
    const response = (await send('GET', `/v1/models/${ensemble}/parameters`)).json();
    const own = await Promise.all(members.map(async (id) => (await send('GET', `/v1/models/${id}/parameters`)).json()));
    expect(response).toEqual({ members: members.map((modelId, index) => ({ modelId, ...own[index] })) });
    const second = await send('GET', `/v1/models/${ensemble}/parameters?member=2`);
    expect(second.json()).toEqual(own[1]);
  });

  it('refuses a member that a model does not have', async () => {
    const none = await send('GET', `/v1/models/${ensemble}/parameters?member=99`);
    expect(none.statusCode).toBe(404);
    expect(none.json()).toMatchObject({ code: 'member_not_found', detail: expect.stringMatching(/has no member 99/) });
    const single = await send('GET', `/v1/models/${members[0]}/parameters?member=1`);
    expect(single.json()).toMatchObject({ code: 'member_not_found', detail: expect.stringMatching(/leave out/) });
  });

  it('has the given id, and predicts by an alias', async () => {
    const id = await service.ensemble(members.slice(0, 2), { id: 'mdl_chosen' });
    expect(id).toBe('mdl_chosen');
    const url = '/v1/aliases/best-two';
    await service.app.inject({ method: 'PUT', url, payload: { modelId: id } });
    expect(await service.predict('best-two', rows)).toEqual(await service.predict(id, rows));
  });

  it('does not change when its members and their jobs are deleted', async () => {
    const mortal = [
      await service.train(dataset, shopTraining('size', 4)),
      await service.train(dataset, shopTraining('size', 5)),
    ];
    const id = await service.ensemble(mortal);
    const [before, parameters] = [await service.model(id), (await send('GET', `/v1/models/${id}/parameters`)).body];
    const predicted = await service.predict(mortal[0], rows);
    for (const member of mortal) {
      const { jobId } = await service.model(member);
      await service.database.deleteFrom('jobs').where('id', '=', String(jobId)).execute();
      expect((await send('DELETE', `/v1/models/${member}`)).statusCode).toBe(204);
    }
    expect(await service.model(id)).toEqual(before);
    expect((await send('GET', `/v1/models/${id}/parameters`)).body).toBe(parameters);
    expect(await service.predict(id, rows)).toHaveLength(predicted.length);
  });

  it('is deleted with its copies, but not with its members', async () => {
    const id = await service.ensemble(members.slice(0, 2));
    await service.predict(id, rows);
    expect((await send('DELETE', `/v1/models/${id}`)).statusCode).toBe(204);
    expect((await send('GET', `/v1/models/${id}`)).json().code).toBe('model_not_found');
    await expect(service.predict(id, rows)).rejects.toThrow('model_not_found');
    for (const table of ['ensembleMembers', 'ensembleParameters'] as const) {
      const left = await service.database.selectFrom(table).select('member').where('ensembleId', '=', id).execute();
      expect(left).toEqual([]);
    }
    expect(await service.predict(members[0], rows)).toHaveLength(rows.length);
  });

  it('counts its copies against the storage quota, and is not created above it', async () => {
    const before = await storedBytes(service.database, TENANT.project);
    const id = await service.ensemble(members.slice(0, 2));
    const copied = (await storedBytes(service.database, TENANT.project)) - before;
    const { bytes } = await service.database
      .selectFrom('parameters')
      .select((eb) => eb.fn.sum<number>(eb.fn('length', ['bytes'])).as('bytes'))
      .where('modelId', 'in', members.slice(0, 2))
      .executeTakeFirstOrThrow();
    expect(copied).toBe(bytes);
    const tenant = { ...TENANT, quotas: { ...TENANT.quotas, storedBytes: before + 2 * bytes - 1 } };
    await expect(service.ensemble(members.slice(0, 2), {}, tenant)).rejects.toMatchObject({
      code: 'stored_bytes_quota',
    });
    await send('DELETE', `/v1/models/${id}`);
    expect(await service.ensemble(members.slice(0, 2), {}, tenant)).toMatch(/^mdl_/);
  });
});
