-- The state of a training at one of its steps, to go on from. The bytes are the file of that name in the data folder's `checkpoints`: it is there
-- before its row is, so a file without a row is a leftover, and a row whose file is gone or damaged counts for nothing.
CREATE TABLE checkpoints (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  step INTEGER NOT NULL CHECK (step >= 1),
  -- The epoch under way; those before it are done.
  epoch INTEGER NOT NULL CHECK (epoch >= 1),
  -- Whether the training had come to its end.
  finished INTEGER NOT NULL CHECK (finished IN (0, 1)),
  bytes INTEGER NOT NULL CHECK (bytes > 0),
  sha256 TEXT NOT NULL,
  file TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (job_id, step)
) STRICT, WITHOUT ROWID;

-- What a client wants of a job whose worker has not come to it yet. A queued one may wait for a worker to make its model.
ALTER TABLE jobs ADD COLUMN requested TEXT CHECK (
  requested IS NULL OR (state = 'running' AND requested IN ('cancel', 'pause', 'stop')) OR (state = 'queued' AND requested = 'stop')
);
UPDATE jobs SET requested = 'cancel' WHERE state = 'running' AND cancel_requested = 1;
ALTER TABLE jobs DROP COLUMN cancel_requested;

-- How often the job's worker has died since the job last got on.
ALTER TABLE jobs ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0 CHECK (crashes >= 0);
UPDATE jobs SET crashes = attempts WHERE state = 'queued';
UPDATE jobs SET crashes = max(0, attempts - 1) WHERE state = 'running';

-- A job that is extended makes another model, and the first one stays: `job_id` is no longer unique.
CREATE TABLE new_models (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  job_id TEXT REFERENCES jobs (id) ON DELETE SET NULL,
  dataset_id TEXT REFERENCES datasets (id) ON DELETE SET NULL,
  task TEXT NOT NULL CHECK (task IN ('binary', 'multiclass', 'regression')),
  target TEXT NOT NULL,
  description TEXT NOT NULL CHECK (json_valid(description)),
  sha256 TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
INSERT INTO new_models (id, name, job_id, dataset_id, task, target, description, sha256, created_at)
SELECT id, name, job_id, dataset_id, task, target, description, sha256, created_at FROM models;
DROP TABLE models;
ALTER TABLE new_models RENAME TO models;
CREATE INDEX models_by_job ON models (job_id, id);
