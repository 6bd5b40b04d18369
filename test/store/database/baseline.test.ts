import Sqlite from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../../src/store/database/sqlite/migrate.ts';

let sqlite: Sqlite.Database;
beforeEach(() => {
  sqlite = new Sqlite(':memory:');
  migrate(sqlite);
  sqlite.pragma('foreign_keys = ON');
});

const insertJob = (id: string) =>
  sqlite.exec(`
    INSERT INTO jobs (id, name, state, request, memory_bytes, created_at, finished_at)
    VALUES ('${id}', 'j', 'succeeded', '{}', 0, 0, 0)`);

const insertModel = (id: string, columns = {}) => {
  const row = { id, name: 'm', task: 'binary', target: 'y', description: '{}', sha256: '', created_at: 0, ...columns };
  const names = Object.keys(row);
  sqlite.prepare(`INSERT INTO models (${names.join()}) VALUES (${names.map((name) => `@${name}`).join()})`).run(row);
};

describe('the schema', () => {
  it('has the project default, and rejects a project that does not exist', () => {
    insertJob('job_1');
    expect(sqlite.prepare('SELECT project FROM jobs').pluck().get()).toBe('default');
    expect(() => sqlite.exec("UPDATE jobs SET project = 'none'")).toThrow('FOREIGN KEY');
  });

  it('leaves a trial its model when the job that trained it is deleted', () => {
    insertJob('job_1');
    insertModel('mdl_1', { job_id: 'job_1' });
    sqlite.exec(`
      INSERT INTO sweeps (id, project, name, state, request, created_at, finished_at)
      VALUES ('swp_1', 'default', 's', 'succeeded', '{}', 0, 0);
      INSERT INTO trials (sweep_id, number, parameters, state, job_id, model_id, created_at, finished_at)
      VALUES ('swp_1', 0, '{}', 'succeeded', 'job_1', 'mdl_1', 0, 0)`);
    const model = () => sqlite.prepare('SELECT job_id, model_id FROM trials').get();
    sqlite.exec("DELETE FROM jobs WHERE id = 'job_1'");
    expect(model()).toEqual({ job_id: null, model_id: 'mdl_1' });
    sqlite.exec("DELETE FROM models WHERE id = 'mdl_1'");
    expect(model()).toEqual({ job_id: null, model_id: null });
  });

  it('deletes a split with the last model that uses it', () => {
    sqlite.exec("INSERT INTO splits (id, rows, training, validation, test, parts) VALUES ('s', 1, 1, 0, 0, x'01')");
    for (const id of ['mdl_1', 'mdl_2']) insertModel(id, { split_id: 's' });
    const splits = () => sqlite.prepare('SELECT count(*) FROM splits').pluck().get();
    sqlite.exec("DELETE FROM models WHERE id = 'mdl_1'");
    expect(splits()).toBe(1);
    sqlite.exec("DELETE FROM models WHERE id = 'mdl_2'");
    expect(splits()).toBe(0);
  });
});
