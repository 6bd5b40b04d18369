-- A search for hyperparameters. `request` is the whole request with every default filled in.
CREATE TABLE sweeps (
  id TEXT PRIMARY KEY,
  project TEXT NOT NULL REFERENCES projects (name),
  name TEXT NOT NULL,
  -- NULL when it was deleted, and of a sweep whose trials somebody else runs.
  dataset_id TEXT REFERENCES datasets (id) ON DELETE SET NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'paused', 'succeeded', 'failed', 'cancelled')),
  request TEXT NOT NULL CHECK (json_valid(request)),
  -- Why there are no more trials.
  ended_by TEXT CHECK (ended_by IN ('trials', 'space', 'seconds', 'target', 'noProgress')),
  error TEXT CHECK (error IS NULL OR json_valid(error)),
  -- How long it ran before `running_since`.
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

-- One choice of hyperparameters; numbers count from 0 in the order in which they were asked.
CREATE TABLE trials (
  sweep_id TEXT NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE,
  number INTEGER NOT NULL CHECK (number >= 0),
  parameters TEXT NOT NULL CHECK (json_valid(parameters)),
  -- `paused`: it waits for its turn to go on, which may never come.
  state TEXT NOT NULL CHECK (state IN ('running', 'paused', 'succeeded', 'pruned', 'failed', 'cancelled')),
  -- The objective, and one number for each where there are several; NULL while nothing is known, and of a trial without an objective.
  objective REAL,
  objectives TEXT CHECK (objectives IS NULL OR json_valid(objectives)),
  -- Epochs that are done; NULL of a trial that somebody else runs.
  epochs INTEGER CHECK (epochs >= 0),
  job_id TEXT REFERENCES jobs (id) ON DELETE SET NULL,
  error TEXT CHECK (error IS NULL OR json_valid(error)),
  -- Until when whoever asked for it may tell what came of it.
  lease_until INTEGER,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  PRIMARY KEY (sweep_id, number),
  CHECK ((state IN ('running', 'paused')) = (finished_at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX trials_by_objective ON trials (sweep_id, objective, number);
CREATE INDEX trials_by_job ON trials (job_id);

-- What the search has decided, in its order: each leg is a trial's run up to where it is looked at. Two who decide at once come to the same
-- leg, and the key lets one of them in.
CREATE TABLE legs (
  sweep_id TEXT NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE,
  number INTEGER NOT NULL CHECK (number >= 0),
  trial INTEGER NOT NULL CHECK (trial >= 0),
  -- The epoch after which the trial waits; NULL: it trains to its end.
  until INTEGER CHECK (until >= 1),
  -- What the search gets to know of it; NULL while it runs.
  result TEXT CHECK (result IS NULL OR json_valid(result)),
  PRIMARY KEY (sweep_id, number),
  FOREIGN KEY (sweep_id, trial) REFERENCES trials (sweep_id, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX legs_of_trial ON legs (sweep_id, trial);

-- What is told of a sweep, in order.
CREATE TABLE sweep_events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sweep_id TEXT NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE,
  type TEXT NOT NULL CHECK (type IN ('state', 'trial', 'best')),
  data TEXT NOT NULL CHECK (json_valid(data)),
  created_at INTEGER NOT NULL DEFAULT (CAST(round(unixepoch('subsec') * 1000) AS INTEGER))
) STRICT;

CREATE INDEX events_of_sweep ON sweep_events (sweep_id, id);

ALTER TABLE jobs ADD COLUMN sweep_id TEXT REFERENCES sweeps (id) ON DELETE SET NULL;
ALTER TABLE jobs ADD COLUMN trial INTEGER CHECK (trial >= 0);
-- Where the training pauses of itself; NULL: nowhere.
ALTER TABLE jobs ADD COLUMN halt TEXT CHECK (halt IS NULL OR json_valid(halt));
-- Whether it has.
ALTER TABLE jobs ADD COLUMN halted INTEGER NOT NULL DEFAULT 0 CHECK (halted IN (0, 1) AND (halted = 0 OR state IN ('paused', 'cancelled')));

CREATE INDEX jobs_by_sweep ON jobs (sweep_id, trial) WHERE sweep_id IS NOT NULL;

-- Among equals the jobs that somebody has submitted come before the trials of sweeps, which may be thousands.
DROP INDEX jobs_queue;
CREATE INDEX jobs_queue ON jobs (project, priority DESC, (trial IS NOT NULL), id) WHERE state = 'queued';

CREATE TRIGGER new_sweeps_are_told AFTER INSERT ON sweeps BEGIN
  INSERT INTO sweep_events (sweep_id, type, data)
  VALUES (NEW.id, 'state', json_object('state', NEW.state, 'endedBy', NEW.ended_by, 'error', json(NEW.error)));
END;

CREATE TRIGGER changed_sweeps_are_told AFTER UPDATE OF state ON sweeps WHEN NEW.state <> OLD.state BEGIN
  INSERT INTO sweep_events (sweep_id, type, data)
  VALUES (NEW.id, 'state', json_object('state', NEW.state, 'endedBy', NEW.ended_by, 'error', json(NEW.error)));
END;

CREATE TRIGGER new_trials_are_told AFTER INSERT ON trials BEGIN
  INSERT INTO sweep_events (sweep_id, type, data)
  VALUES (NEW.sweep_id, 'trial', json_object(
    'number', NEW.number, 'state', NEW.state, 'objective', NEW.objective, 'parameters', json(NEW.parameters), 'jobId', NEW.job_id
  ));
END;

CREATE TRIGGER changed_trials_are_told AFTER UPDATE OF state ON trials WHEN NEW.state <> OLD.state BEGIN
  INSERT INTO sweep_events (sweep_id, type, data)
  VALUES (NEW.sweep_id, 'trial', json_object(
    'number', NEW.number, 'state', NEW.state, 'objective', NEW.objective, 'parameters', json(NEW.parameters), 'jobId', NEW.job_id
  ));
END;

-- A sweep is one thing to whoever waits for it: it calls when it ends, its trials do not.
DROP TRIGGER finished_jobs_are_delivered;
CREATE TRIGGER finished_jobs_are_delivered AFTER UPDATE OF state ON jobs
WHEN NEW.state <> OLD.state AND NEW.state IN ('succeeded', 'failed', 'cancelled') AND NEW.trial IS NULL BEGIN
  INSERT INTO deliveries (webhook_id, type, payload, next_at, created_at)
  SELECT id, 'job.' || NEW.state, json_object(
    'type', 'job.' || NEW.state,
    'timestamp', strftime('%Y-%m-%dT%H:%M:%fZ', NEW.finished_at / 1000.0, 'unixepoch'),
    'data', json_object(
      'jobId', NEW.id, 'name', NEW.name, 'state', NEW.state, 'datasetId', NEW.dataset_id, 'modelId', NEW.model_id, 'error', json(NEW.error)
    )
  ), NEW.finished_at, NEW.finished_at
  FROM webhooks
  WHERE project = NEW.project AND EXISTS (SELECT 1 FROM json_each(webhooks.events) WHERE value = 'job.' || NEW.state);
END;

CREATE TRIGGER finished_sweeps_are_delivered AFTER UPDATE OF state ON sweeps
WHEN NEW.state <> OLD.state AND NEW.state IN ('succeeded', 'failed', 'cancelled') BEGIN
  INSERT INTO deliveries (webhook_id, type, payload, next_at, created_at)
  SELECT id, 'sweep.' || NEW.state, json_object(
    'type', 'sweep.' || NEW.state,
    'timestamp', strftime('%Y-%m-%dT%H:%M:%fZ', NEW.finished_at / 1000.0, 'unixepoch'),
    'data', json_object(
      'sweepId', NEW.id, 'name', NEW.name, 'state', NEW.state, 'datasetId', NEW.dataset_id, 'endedBy', NEW.ended_by, 'error', json(NEW.error)
    )
  ), NEW.finished_at, NEW.finished_at
  FROM webhooks
  WHERE project = NEW.project AND EXISTS (SELECT 1 FROM json_each(webhooks.events) WHERE value = 'sweep.' || NEW.state);
END;
