-- Who may use the service, and whose each thing is. What was there before there were projects belongs to `default`.

-- Limits that are NULL do not bind.
CREATE TABLE projects (
  name TEXT PRIMARY KEY,
  running_jobs INTEGER CHECK (running_jobs >= 0),
  queued_jobs INTEGER CHECK (queued_jobs >= 0),
  stored_bytes INTEGER CHECK (stored_bytes >= 0),
  predict_rows INTEGER CHECK (predict_rows >= 0),
  created_at INTEGER NOT NULL
) STRICT;

INSERT INTO projects (name, created_at) VALUES ('default', unixepoch() * 1000);

-- A key itself is written nowhere. `prefix` is its beginning, by which it is found and people know it again. A row stays when the key is
-- revoked: a service that had a key once never answers without one again.
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

ALTER TABLE datasets ADD COLUMN project TEXT NOT NULL DEFAULT 'default' REFERENCES projects (name);
ALTER TABLE jobs ADD COLUMN project TEXT NOT NULL DEFAULT 'default' REFERENCES projects (name);
ALTER TABLE models ADD COLUMN project TEXT NOT NULL DEFAULT 'default' REFERENCES projects (name);

CREATE INDEX datasets_by_project ON datasets (project, id);
CREATE INDEX jobs_by_project ON jobs (project, id);
CREATE INDEX models_by_project ON models (project, id);

-- The order of the queue within a project, and how many jobs of a project run: the project with the fewest comes next.
DROP INDEX jobs_queue;
CREATE INDEX jobs_queue ON jobs (project, priority DESC, id) WHERE state = 'queued';
CREATE INDEX jobs_running ON jobs (project) WHERE state = 'running';

-- Each project has its own names.
CREATE TABLE project_aliases (
  project TEXT NOT NULL REFERENCES projects (name),
  name TEXT NOT NULL,
  model_id TEXT NOT NULL REFERENCES models (id) ON DELETE CASCADE,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (project, name)
) STRICT;
INSERT INTO project_aliases SELECT 'default', name, model_id, updated_at FROM aliases;
DROP TABLE aliases;
ALTER TABLE project_aliases RENAME TO aliases;
CREATE INDEX aliases_by_model ON aliases (model_id);
