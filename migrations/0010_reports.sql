-- What was reported of a trial that somebody else runs, while it runs: its first objective after an epoch. The last word on an epoch counts.
CREATE TABLE reports (
  sweep_id TEXT NOT NULL,
  trial INTEGER NOT NULL,
  epoch INTEGER NOT NULL CHECK (epoch >= 1),
  objective REAL NOT NULL,
  PRIMARY KEY (sweep_id, trial, epoch),
  FOREIGN KEY (sweep_id, trial) REFERENCES trials (sweep_id, number) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Where a trial that somebody else runs is told to stop; of one that runs here its job has them. NULL: nowhere.
ALTER TABLE legs ADD COLUMN limits TEXT CHECK (limits IS NULL OR json_valid(limits));

-- How long a trial was leased: each report renews the lease by as much.
ALTER TABLE trials ADD COLUMN lease_ms INTEGER CHECK (lease_ms >= 0);

-- The model of a trial stays the trial's when the job that made it is deleted.
ALTER TABLE trials ADD COLUMN model_id TEXT REFERENCES models (id) ON DELETE SET NULL;
UPDATE trials SET model_id = (SELECT model_id FROM jobs WHERE jobs.id = trials.job_id) WHERE state = 'succeeded';
CREATE INDEX trials_by_model ON trials (model_id) WHERE model_id IS NOT NULL;

-- Whoever asks what to try next looks for those that are out.
CREATE INDEX trials_running ON trials (sweep_id, number) WHERE state = 'running';
