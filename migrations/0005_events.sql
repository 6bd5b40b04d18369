-- What is told of a job beside its epochs, which `losses` keeps: each change of its state, and what is worth a line. Epochs and events
-- are one sequence per job, in the order (after_epoch, id), where an epoch e stands at (e, 0): no epoch is written twice.
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  type TEXT NOT NULL CHECK (type IN ('state', 'log')),
  -- Filled in below.
  after_epoch INTEGER NOT NULL DEFAULT 0 CHECK (after_epoch >= 0),
  data TEXT NOT NULL CHECK (json_valid(data)),
  created_at INTEGER NOT NULL DEFAULT (CAST(round(unixepoch('subsec') * 1000) AS INTEGER))
) STRICT;

CREATE UNIQUE INDEX events_of_job ON events (job_id, after_epoch, id);

-- An event stands behind all that was told before it, so that whoever has read so far misses nothing.
CREATE TRIGGER events_take_their_place AFTER INSERT ON events BEGIN
  UPDATE events
  SET after_epoch = max(
    coalesce((SELECT max(epoch) FROM losses WHERE job_id = NEW.job_id), 0),
    (SELECT max(after_epoch) FROM events WHERE job_id = NEW.job_id)
  )
  WHERE id = NEW.id;
END;

-- Whoever changes a job's state or warnings tells of it, in the same transaction.
CREATE TRIGGER new_jobs_are_told AFTER INSERT ON jobs BEGIN
  INSERT INTO events (job_id, type, data)
  VALUES (NEW.id, 'state', json_object('state', NEW.state, 'attempts', NEW.attempts, 'modelId', NEW.model_id, 'error', json(NEW.error)));
  INSERT INTO events (job_id, type, data)
  SELECT NEW.id, 'log', json_insert(value, '$.level', 'warning') FROM json_each(NEW.warnings);
END;

CREATE TRIGGER changed_jobs_are_told AFTER UPDATE OF state, warnings ON jobs
WHEN NEW.state <> OLD.state OR NEW.warnings <> OLD.warnings BEGIN
  -- The warnings first: nothing comes behind a final state.
  INSERT INTO events (job_id, type, data)
  SELECT NEW.id, 'log', json_insert(value, '$.level', 'warning') FROM json_each(NEW.warnings)
  WHERE value NOT IN (SELECT value FROM json_each(OLD.warnings));
  INSERT INTO events (job_id, type, data)
  SELECT NEW.id, 'state', json_object('state', NEW.state, 'attempts', NEW.attempts, 'modelId', NEW.model_id, 'error', json(NEW.error))
  WHERE NEW.state <> OLD.state;
END;

-- Where to call when a job of the project comes into a final state. The secret signs the calls, so it cannot be kept as a hash.
CREATE TABLE webhooks (
  id TEXT PRIMARY KEY,
  project TEXT NOT NULL REFERENCES projects (name),
  url TEXT NOT NULL,
  events TEXT NOT NULL CHECK (json_valid(events)),
  secret TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE INDEX webhooks_by_project ON webhooks (project, id);

-- One call to one webhook, tried until it is taken or given up. Ids sort by time.
CREATE TABLE deliveries (
  id TEXT PRIMARY KEY DEFAULT ('msg_' || printf('%012x', CAST(round(unixepoch('subsec') * 1000) AS INTEGER)) || lower(hex(randomblob(10)))),
  webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
  type TEXT NOT NULL,
  payload TEXT NOT NULL CHECK (json_valid(payload)),
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'failed')),
  attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  -- When it is tried next; whoever tries moves it on first, as a lease.
  next_at INTEGER,
  -- What came of the last try.
  status INTEGER,
  error TEXT,
  created_at INTEGER NOT NULL,
  finished_at INTEGER,
  CHECK ((state = 'pending') = (next_at IS NOT NULL)),
  CHECK ((state = 'pending') = (finished_at IS NULL))
) STRICT;

CREATE INDEX deliveries_due ON deliveries (next_at) WHERE state = 'pending';
CREATE INDEX deliveries_of_webhook ON deliveries (webhook_id, id);
CREATE INDEX deliveries_finished ON deliveries (finished_at) WHERE finished_at IS NOT NULL;

-- In the transaction that ends the job, so that a call is owed if and only if the job has ended. Projects come with the next migration.
CREATE TRIGGER finished_jobs_are_delivered AFTER UPDATE OF state ON jobs
WHEN NEW.state <> OLD.state AND NEW.state IN ('succeeded', 'failed', 'cancelled') BEGIN
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

-- The first answer to each request that came with an Idempotency-Key.
CREATE TABLE idempotency_keys (
  -- Whose key it is.
  caller TEXT NOT NULL,
  key TEXT NOT NULL,
  -- What the request makes has this id, so that after a crash one can look whether it was made.
  resource_id TEXT NOT NULL,
  -- The process that works on it.
  owner TEXT NOT NULL,
  -- Of method, address and body; null until the body has been read.
  digest TEXT,
  -- Null until it is answered.
  answer TEXT CHECK (answer IS NULL OR json_valid(answer)),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (caller, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
