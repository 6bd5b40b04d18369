import { expect, it } from 'vitest';
import { migrate } from '../../src/store/migrate.ts';
import { openEarlier } from '../support/earlierDatabase.ts';

it('puts what was there before there were projects into the project default, and loses nothing', () => {
  const sqlite = openEarlier(':memory:', '0004');
  sqlite.exec(`
    INSERT INTO datasets (id, name, state, bytes, sha256, created_at) VALUES ('ds_1', 'd', 'processing', 1, '', 0);
    INSERT INTO jobs (id, name, dataset_id, state, request, memory_bytes, created_at) VALUES ('job_1', 'j', 'ds_1', 'queued', '{}', 0, 0);
    INSERT INTO models (id, name, job_id, task, target, description, sha256, created_at)
    VALUES ('mdl_1', 'm', 'job_1', 'binary', 'y', '{}', '', 0);
    INSERT INTO parameters (model_id, layer, name, shape, bytes) VALUES ('mdl_1', 1, 'W', '[1,1]', x'00000000');
    INSERT INTO aliases (name, model_id, updated_at) VALUES ('live', 'mdl_1', 5);
  `);
  migrate(sqlite);
  const projectOf = (table: string) => sqlite.prepare(`SELECT project FROM ${table}`).pluck().all();
  for (const table of ['datasets', 'jobs', 'models', 'aliases']) expect(projectOf(table)).toEqual(['default']);
  expect(sqlite.prepare('SELECT model_id, name FROM parameters').all()).toEqual([{ model_id: 'mdl_1', name: 'W' }]);
  expect(sqlite.prepare('SELECT name, model_id, updated_at FROM aliases').all()).toEqual([
    { name: 'live', model_id: 'mdl_1', updated_at: 5 },
  ]);
  expect(sqlite.pragma('foreign_key_check')).toEqual([]);
  expect(() => sqlite.exec("UPDATE jobs SET project = 'none'")).toThrow('FOREIGN KEY');
});
