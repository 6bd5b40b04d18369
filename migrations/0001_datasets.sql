-- A dataset is a row here and a Parquet file under the data folder, named by what it holds (`file`).
CREATE TABLE datasets (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('processing', 'ready', 'failed')),
  rows INTEGER CHECK (rows >= 0),
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  sha256 TEXT NOT NULL,
  file TEXT,
  columns TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(columns)),
  warnings TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(warnings)),
  error TEXT CHECK (error IS NULL OR json_valid(error)),
  created_at INTEGER NOT NULL,
  CHECK (state <> 'ready' OR (rows IS NOT NULL AND file IS NOT NULL)),
  CHECK ((state = 'failed') = (error IS NOT NULL))
) STRICT;

CREATE INDEX datasets_by_file ON datasets (file);
