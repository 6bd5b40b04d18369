-- One training. `request` is the whole request with every default filled in.
CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  dataset_id TEXT REFERENCES datasets (id) ON DELETE SET NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled')),
  priority INTEGER NOT NULL DEFAULT 0,
  request TEXT NOT NULL CHECK (json_valid(request)),
  -- What the training is estimated to need, so that a worker takes no more at once than its memory holds.
  memory_bytes INTEGER NOT NULL CHECK (memory_bytes >= 0),
  warnings TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(warnings)),
  attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1)),
  progress TEXT CHECK (progress IS NULL OR json_valid(progress)),
  latest TEXT CHECK (latest IS NULL OR json_valid(latest)),
  best TEXT CHECK (best IS NULL OR json_valid(best)),
  model_id TEXT REFERENCES models (id) ON DELETE SET NULL,
  error TEXT CHECK (error IS NULL OR json_valid(error)),
  lease_owner TEXT,
  lease_until INTEGER,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  CHECK ((state = 'running') = (lease_owner IS NOT NULL AND lease_until IS NOT NULL)),
  CHECK ((state IN ('succeeded', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
  CHECK ((state = 'failed') = (error IS NOT NULL))
) STRICT;

-- The order of the queue: the highest priority first, then the oldest.
CREATE INDEX jobs_queue ON jobs (priority DESC, id) WHERE state = 'queued';
CREATE INDEX jobs_leases ON jobs (lease_until) WHERE state = 'running';
CREATE INDEX jobs_by_dataset ON jobs (dataset_id, id);
CREATE INDEX jobs_by_state ON jobs (state, id);

CREATE TABLE job_labels (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (job_id, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX job_labels_by_value ON job_labels (name, value, job_id);

-- Every epoch of every job.
CREATE TABLE losses (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  epoch INTEGER NOT NULL CHECK (epoch >= 1),
  step INTEGER NOT NULL CHECK (step >= 1),
  training_loss REAL NOT NULL,
  validation_loss REAL,
  metrics TEXT NOT NULL CHECK (json_valid(metrics)),
  learning_rate REAL NOT NULL,
  seconds REAL NOT NULL,
  PRIMARY KEY (job_id, epoch)
) STRICT, WITHOUT ROWID;
