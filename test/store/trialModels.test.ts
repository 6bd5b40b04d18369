import { expect, it } from 'vitest';
import { migrate } from '../../src/store/migrate.ts';
import { openEarlier } from '../support/earlierDatabase.ts';

it('leaves trials the models that their jobs have made, when these are deleted', () => {
  const sqlite = openEarlier(':memory:', '0010');
  sqlite.pragma('foreign_keys = ON');
  sqlite.exec(`
    INSERT INTO sweeps (id, project, name, state, request, created_at, finished_at) VALUES ('swp_1', 'default', 's', 'succeeded', '{}', 0, 0);
    INSERT INTO jobs (id, project, name, state, request, memory_bytes, sweep_id, trial, created_at, finished_at)
    VALUES ('job_1', 'default', 'j', 'succeeded', '{}', 0, 'swp_1', 0, 0, 0), ('job_2', 'default', 'j', 'cancelled', '{}', 0, 'swp_1', 1, 0, 0);
    INSERT INTO models (id, project, name, job_id, task, target, description, sha256, created_at)
    VALUES ('mdl_1', 'default', 'm', 'job_1', 'binary', 'y', '{}', '', 0);
    UPDATE jobs SET model_id = 'mdl_1' WHERE id = 'job_1';
    INSERT INTO trials (sweep_id, number, parameters, state, job_id, created_at, finished_at)
    VALUES ('swp_1', 0, '{}', 'succeeded', 'job_1', 0, 0), ('swp_1', 1, '{}', 'pruned', 'job_2', 0, 0);
  `);
  migrate(sqlite);
  const models = () => sqlite.prepare('SELECT model_id FROM trials ORDER BY number').pluck().all();
  expect(models()).toEqual(['mdl_1', null]);
  sqlite.exec("DELETE FROM jobs WHERE id = 'job_1'");
  expect(models()).toEqual(['mdl_1', null]);
  sqlite.exec("DELETE FROM models WHERE id = 'mdl_1'");
  expect(models()).toEqual([null, null]);
});
