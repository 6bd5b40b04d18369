-- What a job that succeeded made: the fitted preprocessing here, the parameters of its best epoch in `parameters`.
CREATE TABLE models (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  job_id TEXT UNIQUE REFERENCES jobs (id) ON DELETE SET NULL,
  dataset_id TEXT REFERENCES datasets (id) ON DELETE SET NULL,
  task TEXT NOT NULL CHECK (task IN ('binary', 'multiclass', 'regression')),
  target TEXT NOT NULL,
  description TEXT NOT NULL CHECK (json_valid(description)),
  sha256 TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

-- One row per layer and name; `bytes` are little-endian float32 in the order of the notes' shape, rows first.
CREATE TABLE parameters (
  model_id TEXT NOT NULL REFERENCES models (id) ON DELETE CASCADE,
  layer INTEGER NOT NULL CHECK (layer >= 1),
  name TEXT NOT NULL,
  shape TEXT NOT NULL CHECK (json_valid(shape)),
  bytes BLOB NOT NULL,
  PRIMARY KEY (model_id, layer, name)
) STRICT;

CREATE TABLE aliases (
  name TEXT PRIMARY KEY,
  model_id TEXT NOT NULL REFERENCES models (id) ON DELETE CASCADE,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX aliases_by_model ON aliases (model_id);
