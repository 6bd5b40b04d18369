import { expect, it } from 'vitest';
import { migrate } from '../../src/store/migrate.ts';
import { openEarlier } from '../support/earlierDatabase.ts';

const METRICS = { loss: 0.3, accuracy: 0.9, confusionMatrix: [[1]] };

/** As texts in SQL. */
const json = (value: unknown) => `'${JSON.stringify(value)}'`;

it('brings datasets and models of earlier databases into the form that lists show', () => {
  const sqlite = openEarlier(':memory:', '0012');
  const columns = [
    { name: 'a', type: 'numeric', readAs: { form: 'decimalComma' } },
    { name: 'b', type: 'text', readAs: {} },
  ];
  const network = {
    metrics: { training: METRICS, validation: null, test: METRICS },
    best: { epoch: 7, validationLoss: 0.1 },
  };
  const ensemble = {
    kind: 'ensemble',
    members: ['mdl_1'],
    parameterCount: 7,
    metrics: { training: null, validation: null, test: null },
  };
  sqlite.exec(`
    INSERT INTO datasets (id, project, name, state, rows, bytes, sha256, file, columns, created_at)
    VALUES ('ds_1', 'default', 'd', 'ready', 1, 1, '', 'f', ${json(columns)}, 0);
    INSERT INTO models (id, project, name, task, target, description, sha256, created_at)
    VALUES ('mdl_1', 'default', 'm', 'binary', 'y', ${json(network)}, '', 0), ('mdl_2', 'default', 'e', 'binary', 'y', ${json(ensemble)}, '', 0);
    INSERT INTO parameters (model_id, layer, name, shape, bytes)
    VALUES ('mdl_1', 1, 'W', '[2,3]', x''), ('mdl_1', 1, 'b', '[2,1]', x''), ('mdl_1', 1, 'mean', '[2,1]', x'');
  `);
  migrate(sqlite);
  expect(sqlite.prepare('SELECT columns, read_as, column_count FROM datasets').get()).toEqual({
    columns: JSON.stringify(columns.map(({ name, type }) => ({ name, type }))),
    read_as: JSON.stringify(columns.map(({ readAs }) => readAs)),
    column_count: 2,
  });
  const summaries = sqlite.prepare<[], string>('SELECT summary FROM models ORDER BY id').pluck().all();
  const { confusionMatrix: _, ...metrics } = METRICS;
  expect(summaries.map((text) => JSON.parse(text))).toEqual([
    {
      members: null,
      parameterCount: 8,
      metrics: { training: metrics, validation: null, test: metrics },
      best: network.best,
    },
    { members: ['mdl_1'], parameterCount: 7, metrics: ensemble.metrics, best: null },
  ]);
});
