-- The tables of the service, grouped by the room of `src` that owns them. Times are milliseconds since 1970, flags are 0 or 1,
-- and JSON is text. Columns whose name ends in `_id` are NULL when the row that they name was deleted.

-- Access: projects, API keys and idempotency keys ---------------------------------------------------------------------------

-- A project owns datasets, jobs, models, sweeps and webhooks. A limit that is NULL does not apply.
CREATE TABLE projects (
  name TEXT PRIMARY KEY,
  running_jobs INTEGER CHECK (running_jobs >= 0),
  queued_jobs INTEGER CHECK (queued_jobs >= 0),
  stored_bytes INTEGER CHECK (stored_bytes >= 0),
  predict_rows INTEGER CHECK (predict_rows >= 0),
  created_at INTEGER NOT NULL
) STRICT;

INSERT INTO projects (name, created_at) VALUES ('default', unixepoch() * 1000);

-- An API key is stored only as a hash. `prefix` is its beginning: requests find the row by it, and people recognize the key.
-- Revoked keys stay, because a service that has had a key never again answers requests without one.
CREATE TABLE keys (
  id TEXT PRIMARY KEY,
  project TEXT NOT NULL REFERENCES projects (name) ON DELETE CASCADE,
  name TEXT NOT NULL,
  prefix TEXT NOT NULL,
  sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
  scopes TEXT NOT NULL CHECK (json_valid(scopes)),
  requests_per_second REAL CHECK (requests_per_second > 0),
  created_at INTEGER NOT NULL,
  last_used_at INTEGER,
  expires_at INTEGER,
  revoked_at INTEGER
) STRICT;

CREATE INDEX keys_by_prefix ON keys (prefix);
CREATE INDEX keys_by_project ON keys (project, id);

-- The first response to each request with an Idempotency-Key.
CREATE TABLE idempotency_keys (
  -- The API key or client that sent the request.
  caller TEXT NOT NULL,
  key TEXT NOT NULL,
  -- The resource that the request creates gets this id. After a crash it shows whether the resource was created.
  resource_id TEXT NOT NULL,
  -- The process that handles the request.
  owner TEXT NOT NULL,
  -- Of method, path and body. NULL until the body has been read.
  digest TEXT,
  -- NULL until the response was sent.
  response TEXT CHECK (response IS NULL OR json_valid(response)),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (caller, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
CREATE INDEX idempotency_keys_by_resource ON idempotency_keys (resource_id);

-- Datasets ------------------------------------------------------------------------------------------------------------------

-- A dataset is a row here and a Parquet file in the data folder; `file` is named by its content, so datasets can share it.
CREATE TABLE datasets (
  id TEXT PRIMARY KEY,
  project TEXT NOT NULL DEFAULT 'default' REFERENCES projects (name),
  name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('processing', 'ready', 'failed')),
  rows INTEGER CHECK (rows >= 0),
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  sha256 TEXT NOT NULL,
  file TEXT,
  columns TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(columns)),
  -- How the columns were written in the uploaded file: one object a column, in the order of `columns`.
  read_as TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(read_as)),
  -- Lists show this number, so that they do not read `columns`.
  column_count INTEGER NOT NULL DEFAULT 0 CHECK (column_count >= 0),
  warnings TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(warnings)),
  error TEXT CHECK (error IS NULL OR json_valid(error)),
  created_at INTEGER NOT NULL,
  CHECK (state <> 'ready' OR (rows IS NOT NULL AND file IS NOT NULL)),
  CHECK ((state = 'failed') = (error IS NOT NULL))
) STRICT;

CREATE INDEX datasets_by_file ON datasets (file);
CREATE INDEX datasets_by_project ON datasets (project, id);

CREATE TRIGGER deleted_datasets_clear_idempotency AFTER DELETE ON datasets BEGIN
  UPDATE idempotency_keys SET response = json_set(response, '$.body', '') WHERE resource_id = OLD.id AND response IS NOT NULL;
END;

-- Jobs and workers ----------------------------------------------------------------------------------------------------------

-- A job is one training. `request` is the whole request with every default filled in.
CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  project TEXT NOT NULL DEFAULT 'default' REFERENCES projects (name),
  name TEXT NOT NULL,
  dataset_id TEXT REFERENCES datasets (id) ON DELETE SET NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled')),
  priority INTEGER NOT NULL DEFAULT 0,
  request TEXT NOT NULL CHECK (json_valid(request)),
  -- The estimated memory of the training. A worker runs only jobs that fit into its memory together.
  memory_bytes INTEGER NOT NULL CHECK (memory_bytes >= 0),
  warnings TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(warnings)),
  attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  -- The action that a client requested and the worker has not performed yet. A queued job can wait for a worker to create its model.
  requested TEXT CHECK (
    requested IS NULL OR (state = 'running' AND requested IN ('cancel', 'pause', 'stop')) OR (state = 'queued' AND requested = 'stop')
  ),
  -- When a worker process last died while it ran the job and its supervisor lived on. NULL: the job is no suspect. A suspect runs alone.
  suspect_at INTEGER CHECK (suspect_at IS NOT NULL OR crashes = 0),
  -- Deaths of the worker process while the job ran alone, since its last progress.
  crashes INTEGER NOT NULL DEFAULT 0 CHECK (crashes >= 0),
  progress TEXT CHECK (progress IS NULL OR json_valid(progress)),
  latest TEXT CHECK (latest IS NULL OR json_valid(latest)),
  best TEXT CHECK (best IS NULL OR json_valid(best)),
  model_id TEXT REFERENCES models (id) ON DELETE SET NULL,
  error TEXT CHECK (error IS NULL OR json_valid(error)),
  lease_owner TEXT,
  lease_until INTEGER,
  -- The sweep and the number of the trial that the job trains. A job has a trial, but no sweep, when the sweep was deleted.
  sweep_id TEXT REFERENCES sweeps (id) ON DELETE SET NULL,
  trial INTEGER CHECK (trial >= 0),
  -- The stop rule at which the training pauses. NULL: there is none.
  stop_rule TEXT CHECK (stop_rule IS NULL OR json_valid(stop_rule)),
  -- Whether the stop rule has paused the training.
  halted INTEGER NOT NULL DEFAULT 0 CHECK (halted IN (0, 1) AND (halted = 0 OR state IN ('paused', 'cancelled'))),
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  CHECK ((state = 'running') = (lease_owner IS NOT NULL AND lease_until IS NOT NULL)),
  CHECK ((state IN ('succeeded', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
  CHECK ((state = 'failed') = (error IS NOT NULL))
) STRICT;

CREATE INDEX jobs_leases ON jobs (lease_until) WHERE state = 'running';
CREATE INDEX jobs_by_dataset ON jobs (dataset_id, id);
CREATE INDEX jobs_by_state ON jobs (state, id);
CREATE INDEX jobs_by_project ON jobs (project, id);
-- Counts the running jobs of a project: the project with the fewest comes next.
CREATE INDEX jobs_running ON jobs (project) WHERE state = 'running';
CREATE INDEX jobs_by_sweep ON jobs (sweep_id, trial) WHERE sweep_id IS NOT NULL;
-- The queue of a project: highest priority first, then jobs before trials of sweeps (there can be thousands), then the oldest.
CREATE INDEX jobs_queue ON jobs (project, priority DESC, (trial IS NOT NULL), id) WHERE state = 'queued';
-- After `jobs_by_state`: of two indexes that serve equally well, SQLite uses the later one.
CREATE INDEX jobs_suspects ON jobs (state, crashes, suspect_at, id) WHERE suspect_at IS NOT NULL;
-- Lists of jobs leave out the trials of sweeps.
CREATE INDEX jobs_of_no_sweep ON jobs (project, id) WHERE trial IS NULL;

CREATE TRIGGER deleted_jobs_clear_idempotency AFTER DELETE ON jobs BEGIN
  UPDATE idempotency_keys SET response = json_set(response, '$.body', '') WHERE resource_id = OLD.id AND response IS NOT NULL;
END;

CREATE TABLE job_labels (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (job_id, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX job_labels_by_value ON job_labels (name, value, job_id);

-- The losses and metrics of every epoch of every job.
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

-- The networks of a job that trains an ensemble. A network without a row has not started.
CREATE TABLE job_members (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  -- From 1, in the order of the request.
  member INTEGER NOT NULL CHECK (member >= 1),
  state TEXT NOT NULL CHECK (state IN ('training', 'trained', 'diverged')),
  -- The layers with the shapes of their parameters; null before the training.
  layers TEXT CHECK (json_valid(layers)),
  -- The snapshot with the best score on the validation rows, and the selected ones.
  best TEXT CHECK (json_valid(best)),
  selected TEXT CHECK (json_valid(selected)),
  PRIMARY KEY (job_id, member)
) STRICT, WITHOUT ROWID;

-- As `losses`, of each network of an ensemble.
CREATE TABLE job_member_losses (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  member INTEGER NOT NULL CHECK (member >= 1),
  epoch INTEGER NOT NULL CHECK (epoch >= 1),
  step INTEGER NOT NULL CHECK (step >= 1),
  training_loss REAL NOT NULL,
  validation_loss REAL,
  metrics TEXT NOT NULL CHECK (json_valid(metrics)),
  learning_rate REAL NOT NULL,
  seconds REAL NOT NULL,
  PRIMARY KEY (job_id, member, epoch)
) STRICT, WITHOUT ROWID;

-- The state of a training after a step, from which it can resume. The bytes are the file `file` in the folder `checkpoints`. The file
-- is written before the row: a file without a row can be deleted, and a row whose file is missing or damaged is ignored.
CREATE TABLE checkpoints (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  -- The network of an ensemble, from 1; 0 for a job that trains a single network.
  member INTEGER NOT NULL DEFAULT 0 CHECK (member >= 0),
  step INTEGER NOT NULL CHECK (step >= 1),
  -- The epoch that was in progress; all epochs before it are complete.
  epoch INTEGER NOT NULL CHECK (epoch >= 1),
  -- Whether the training was complete.
  finished INTEGER NOT NULL CHECK (finished IN (0, 1)),
  bytes INTEGER NOT NULL CHECK (bytes > 0),
  sha256 TEXT NOT NULL,
  file TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  -- The last step of an epoch has two states: before and after the epoch was measured.
  PRIMARY KEY (job_id, member, step, epoch)
) STRICT, WITHOUT ROWID;

-- The events of jobs other than epochs (see `losses`): changes of state, and log lines. Epochs and events form one sequence per job,
-- ordered by (after_epoch, id); epoch e has the position (e, 0), because no epoch is written twice.
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  type TEXT NOT NULL CHECK (type IN ('state', 'log')),
  -- The last epoch of the sequence when the event was recorded.
  after_epoch INTEGER NOT NULL CHECK (after_epoch >= 0),
  data TEXT NOT NULL CHECK (json_valid(data)),
  created_at INTEGER NOT NULL DEFAULT (CAST(round(unixepoch('subsec') * 1000) AS INTEGER))
) STRICT;

CREATE UNIQUE INDEX events_of_job ON events (job_id, after_epoch, id);

-- Models --------------------------------------------------------------------------------------------------------------------

-- A model is what a job that succeeded created: the fitted preprocessing in `description`, the parameters of its best epoch in `parameters`.
-- A job that is extended creates another model.
CREATE TABLE models (
  id TEXT PRIMARY KEY,
  project TEXT NOT NULL DEFAULT 'default' REFERENCES projects (name),
  name TEXT NOT NULL,
  job_id TEXT REFERENCES jobs (id) ON DELETE SET NULL,
  dataset_id TEXT REFERENCES datasets (id) ON DELETE SET NULL,
  split_id TEXT REFERENCES splits (id),
  task TEXT NOT NULL CHECK (task IN ('binary', 'multiclass', 'regression')),
  target TEXT NOT NULL,
  description TEXT NOT NULL CHECK (json_valid(description)),
  -- The part of `description` that lists show: members, parameterCount, best, and metrics without confusion matrices.
  summary TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(summary)),
  sha256 TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  notes TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE INDEX models_by_job ON models (job_id, id);
CREATE INDEX models_by_project ON models (project, id);
CREATE INDEX models_by_split ON models (split_id) WHERE split_id IS NOT NULL;

CREATE TABLE model_labels (
  model_id TEXT NOT NULL REFERENCES models (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (model_id, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX model_labels_by_value ON model_labels (name, value, model_id);

-- One row per layer and name; layer 0 is the embedding. `bytes` are little-endian float32 values in row-major order.
CREATE TABLE parameters (
  model_id TEXT NOT NULL REFERENCES models (id) ON DELETE CASCADE,
  layer INTEGER NOT NULL CHECK (layer >= 0),
  name TEXT NOT NULL,
  shape TEXT NOT NULL CHECK (json_valid(shape)),
  bytes BLOB NOT NULL,
  PRIMARY KEY (model_id, layer, name)
) STRICT;

-- Which rows of a dataset a training used for what. Models that were trained on the same rows share one split.
CREATE TABLE splits (
  -- SHA-256 of the number of rows and the parts before compression, in hexadecimal.
  id TEXT PRIMARY KEY,
  -- All rows of the dataset.
  rows INTEGER NOT NULL CHECK (rows >= 0),
  training INTEGER NOT NULL CHECK (training >= 0),
  validation INTEGER NOT NULL CHECK (validation >= 0),
  test INTEGER NOT NULL CHECK (test >= 0),
  -- Two bits a row, the first row in the lowest bits: 0 left out, 1 training, 2 validation, 3 test. Compressed as raw DEFLATE.
  parts BLOB NOT NULL
) STRICT;

CREATE TRIGGER deleted_models_delete_unused_splits AFTER DELETE ON models
WHEN OLD.split_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM models WHERE split_id = OLD.split_id) BEGIN
  DELETE FROM splits WHERE id = OLD.split_id;
END;

-- A model can be an ensemble, which returns the mean of its members' predictions. It owns copies of them, so that it does not change
-- when they are deleted. Members count from 1, in the order of the request; the ensemble's own description names them.
CREATE TABLE ensemble_members (
  ensemble_id TEXT NOT NULL REFERENCES models (id) ON DELETE CASCADE,
  member INTEGER NOT NULL CHECK (member >= 1),
  description TEXT NOT NULL CHECK (json_valid(description)),
  PRIMARY KEY (ensemble_id, member)
) STRICT;

-- As `parameters`, for each member.
CREATE TABLE ensemble_parameters (
  ensemble_id TEXT NOT NULL,
  member INTEGER NOT NULL,
  layer INTEGER NOT NULL CHECK (layer >= 0),
  name TEXT NOT NULL,
  shape TEXT NOT NULL CHECK (json_valid(shape)),
  bytes BLOB NOT NULL,
  PRIMARY KEY (ensemble_id, member, layer, name),
  FOREIGN KEY (ensemble_id, member) REFERENCES ensemble_members (ensemble_id, member) ON DELETE CASCADE
) STRICT;

-- Names for models, unique within a project.
CREATE TABLE aliases (
  project TEXT NOT NULL REFERENCES projects (name),
  name TEXT NOT NULL,
  model_id TEXT NOT NULL REFERENCES models (id) ON DELETE CASCADE,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (project, name)
) STRICT;

CREATE INDEX aliases_by_model ON aliases (model_id);

-- Reports -------------------------------------------------------------------------------------------------------------------

-- A report is long work over rows with one or more models. `request` is the whole request with every default filled in, `result` the
-- members of its kind. Models and datasets may have been deleted since.
CREATE TABLE reports (
  id TEXT PRIMARY KEY,
  project TEXT NOT NULL DEFAULT 'default' REFERENCES projects (name),
  kind TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  -- SHA-256 of the kind, the request, the models, the dataset and the version of the service: equal keys have equal results.
  key TEXT NOT NULL,
  request TEXT NOT NULL CHECK (json_valid(request)),
  dataset_id TEXT REFERENCES datasets (id) ON DELETE SET NULL,
  -- The share of the work that is done.
  fraction REAL NOT NULL DEFAULT 0 CHECK (fraction BETWEEN 0 AND 1),
  result TEXT CHECK (result IS NULL OR json_valid(result)),
  warnings TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(warnings)),
  error TEXT CHECK (error IS NULL OR json_valid(error)),
  -- The measured rows.
  rows INTEGER CHECK (rows >= 0),
  attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  -- Whether a client requested to cancel it while it runs.
  cancelling INTEGER NOT NULL DEFAULT 0 CHECK (cancelling IN (0, 1) AND (cancelling = 0 OR state = 'running')),
  lease_owner TEXT,
  lease_until INTEGER,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  CHECK ((state = 'running') = (lease_owner IS NOT NULL AND lease_until IS NOT NULL)),
  CHECK ((state IN ('succeeded', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
  CHECK ((state = 'succeeded') = (result IS NOT NULL)),
  CHECK ((state = 'failed') = (error IS NOT NULL))
) STRICT;

CREATE INDEX reports_by_project ON reports (project, id);
CREATE INDEX reports_by_dataset ON reports (dataset_id, id);
CREATE INDEX reports_open ON reports (state, id) WHERE state IN ('queued', 'running');
-- The same request has one report, unless that failed or was cancelled.
CREATE UNIQUE INDEX reports_by_key ON reports (project, key) WHERE state IN ('queued', 'running', 'succeeded');

CREATE TRIGGER deleted_reports_clear_idempotency AFTER DELETE ON reports BEGIN
  UPDATE idempotency_keys SET response = json_set(response, '$.body', '') WHERE resource_id = OLD.id AND response IS NOT NULL;
END;

-- The models of a report, in the order of its request. A model that was deleted keeps its row.
CREATE TABLE report_models (
  report_id TEXT NOT NULL REFERENCES reports (id) ON DELETE CASCADE,
  position INTEGER NOT NULL CHECK (position >= 0),
  model_id TEXT NOT NULL,
  PRIMARY KEY (report_id, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX report_models_by_model ON report_models (model_id, report_id);

-- What a model answers for the rows of a part of a dataset, so that a second report needs neither the rows nor the network. Anything here
-- can be computed again: the least recently used rows are deleted first.
CREATE TABLE outputs (
  -- SHA-256 of the model, the file of the dataset, the part, and the columns of targets and weights.
  key TEXT PRIMARY KEY,
  model_id TEXT NOT NULL REFERENCES models (id) ON DELETE CASCADE,
  dataset_id TEXT NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  bytes BLOB NOT NULL,
  used_at INTEGER NOT NULL
) STRICT;

CREATE INDEX outputs_by_use ON outputs (used_at);
CREATE INDEX outputs_by_model ON outputs (model_id);
CREATE INDEX outputs_by_dataset ON outputs (dataset_id);

-- Webhooks ------------------------------------------------------------------------------------------------------------------

-- URLs that are called when a job or sweep of the project reaches a final state. `secret` signs the calls, so it is stored in clear.
CREATE TABLE webhooks (
  id TEXT PRIMARY KEY,
  project TEXT NOT NULL REFERENCES projects (name),
  url TEXT NOT NULL,
  events TEXT NOT NULL CHECK (json_valid(events)),
  secret TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX webhooks_by_project ON webhooks (project, id);

-- One call to one webhook, which is tried until the receiver accepts it or the last retry fails. Ids sort by time.
CREATE TABLE deliveries (
  id TEXT PRIMARY KEY DEFAULT ('msg_' || printf('%012x', CAST(round(unixepoch('subsec') * 1000) AS INTEGER)) || lower(hex(randomblob(10)))),
  webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
  type TEXT NOT NULL,
  payload TEXT NOT NULL CHECK (json_valid(payload)),
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  -- The time of the next try. A process that tries first moves it forward, as a lease.
  next_at INTEGER,
  -- The outcome of the last try.
  status INTEGER,
  error TEXT,
  -- The duration of the last try. NULL: there was no try, or it was interrupted.
  milliseconds INTEGER CHECK (milliseconds >= 0),
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  CHECK ((state = 'pending') = (next_at IS NOT NULL)),
  CHECK ((state = 'pending') = (finished_at IS NULL))
) STRICT;

CREATE INDEX deliveries_due ON deliveries (next_at) WHERE state = 'pending';
CREATE INDEX deliveries_of_webhook ON deliveries (webhook_id, id);
CREATE INDEX deliveries_finished ON deliveries (finished_at) WHERE finished_at IS NOT NULL;

-- Sweeps --------------------------------------------------------------------------------------------------------------------

-- A sweep is a search for hyperparameters. `request` is the whole request with every default filled in.
CREATE TABLE sweeps (
  id TEXT PRIMARY KEY,
  project TEXT NOT NULL REFERENCES projects (name),
  name TEXT NOT NULL,
  -- Also NULL when the trials of the sweep run elsewhere.
  dataset_id TEXT REFERENCES datasets (id) ON DELETE SET NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'paused', 'succeeded', 'failed', 'cancelled')),
  request TEXT NOT NULL CHECK (json_valid(request)),
  -- Why the search ended.
  ended_by TEXT CHECK (ended_by IN ('trials', 'space', 'seconds', 'target', 'noProgress')),
  error TEXT CHECK (error IS NULL OR json_valid(error)),
  -- How long it had run before `running_since`.
  ran_ms INTEGER NOT NULL DEFAULT 0 CHECK (ran_ms >= 0),
  running_since INTEGER,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  CHECK ((state IN ('succeeded', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
  CHECK ((state = 'running') = (running_since IS NOT NULL)),
  CHECK ((state = 'failed') = (error IS NOT NULL))
) STRICT;

CREATE INDEX sweeps_by_project ON sweeps (project, id);
CREATE INDEX sweeps_by_dataset ON sweeps (dataset_id, id);
CREATE INDEX sweeps_running ON sweeps (id) WHERE state = 'running';

-- A trial is one choice of hyperparameters. Numbers count from 0, in the order in which the sampler suggested them.
CREATE TABLE trials (
  sweep_id TEXT NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE,
  number INTEGER NOT NULL CHECK (number >= 0),
  parameters TEXT NOT NULL CHECK (json_valid(parameters)),
  -- `paused`: waits for the search to resume it, which may never happen.
  state TEXT NOT NULL CHECK (state IN ('running', 'paused', 'succeeded', 'pruned', 'failed', 'cancelled')),
  -- The first objective, and all of them where there are several. NULL while unknown, and for a trial without an objective.
  objective REAL,
  objectives TEXT CHECK (objectives IS NULL OR json_valid(objectives)),
  -- Complete epochs. NULL for a trial that runs elsewhere.
  epochs INTEGER CHECK (epochs >= 0),
  job_id TEXT REFERENCES jobs (id) ON DELETE SET NULL,
  -- The model of the trial, also when the job that trained it was deleted.
  model_id TEXT REFERENCES models (id) ON DELETE SET NULL,
  error TEXT CHECK (error IS NULL OR json_valid(error)),
  -- Of a trial that runs elsewhere: until when its result can be reported, and the length of the lease, which each report renews.
  lease_until INTEGER,
  lease_ms INTEGER CHECK (lease_ms >= 0),
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  PRIMARY KEY (sweep_id, number),
  CHECK ((state IN ('running', 'paused')) = (finished_at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX trials_by_objective ON trials (sweep_id, objective, number);
CREATE INDEX trials_by_job ON trials (job_id);
CREATE INDEX trials_by_model ON trials (model_id) WHERE model_id IS NOT NULL;
CREATE INDEX trials_running ON trials (sweep_id, number) WHERE state = 'running';

-- The decisions of the search, in their order. Each is a segment: the run of a trial up to the epoch at which the search evaluates it.
-- When two processes decide at once, both insert the same number, and the key rejects one.
CREATE TABLE segments (
  sweep_id TEXT NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE,
  number INTEGER NOT NULL CHECK (number >= 0),
  trial INTEGER NOT NULL CHECK (trial >= 0),
  -- The epoch after which the trial pauses. NULL: it trains to its end.
  until INTEGER CHECK (until >= 1),
  -- The result that the search observes. NULL while the segment runs.
  result TEXT CHECK (result IS NULL OR json_valid(result)),
  -- The stop rule of a trial that runs elsewhere; other trials have it in their job. NULL: there is none.
  limits TEXT CHECK (limits IS NULL OR json_valid(limits)),
  PRIMARY KEY (sweep_id, number),
  FOREIGN KEY (sweep_id, trial) REFERENCES trials (sweep_id, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX segments_by_trial ON segments (sweep_id, trial);

-- The intermediate results of a trial that runs elsewhere: its first objective after an epoch. The last report of an epoch counts.
CREATE TABLE trial_reports (
  sweep_id TEXT NOT NULL,
  trial INTEGER NOT NULL,
  epoch INTEGER NOT NULL CHECK (epoch >= 1),
  objective REAL NOT NULL,
  PRIMARY KEY (sweep_id, trial, epoch),
  FOREIGN KEY (sweep_id, trial) REFERENCES trials (sweep_id, number) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- The events of sweeps, in their order.
CREATE TABLE sweep_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sweep_id TEXT NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE,
  type TEXT NOT NULL CHECK (type IN ('state', 'trial', 'best')),
  data TEXT NOT NULL CHECK (json_valid(data)),
  created_at INTEGER NOT NULL DEFAULT (CAST(round(unixepoch('subsec') * 1000) AS INTEGER))
) STRICT;

CREATE INDEX events_of_sweep ON sweep_events (sweep_id, id);
