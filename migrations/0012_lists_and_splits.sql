-- Lists show items without what may be large. What they show instead of it has columns of its own, so that a list never reads the large texts.

-- How columns were written in the file moves out of the profile: a list of one object a column, in the order of `columns`.
ALTER TABLE datasets ADD COLUMN read_as TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(read_as));
ALTER TABLE datasets ADD COLUMN column_count INTEGER NOT NULL DEFAULT 0 CHECK (column_count >= 0);
UPDATE datasets SET
  read_as = (SELECT json_group_array(json(coalesce(value -> '$.readAs', '{}')) ORDER BY key) FROM json_each(datasets.columns)),
  columns = (SELECT json_group_array(json_remove(value, '$.readAs') ORDER BY key) FROM json_each(datasets.columns)),
  column_count = json_array_length(columns);

-- What a list shows of `description`: members, parameterCount, best, and metrics without confusion matrices.
ALTER TABLE models ADD COLUMN summary TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(summary));
UPDATE models SET summary = json_object(
  'members', json(description -> '$.members'),
  'parameterCount', coalesce(description ->> '$.parameterCount', (
    SELECT sum((shape ->> '$[0]') * (shape ->> '$[1]')) FROM parameters
    WHERE model_id = models.id AND name NOT IN ('mean', 'var')
  ), 0),
  'metrics', json(json_remove(
    description -> '$.metrics', '$.training.confusionMatrix', '$.validation.confusionMatrix', '$.test.confusionMatrix'
  )),
  'best', json(description -> '$.best')
);

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

ALTER TABLE models ADD COLUMN split_id TEXT REFERENCES splits (id);
CREATE INDEX models_by_split ON models (split_id) WHERE split_id IS NOT NULL;

CREATE TRIGGER unused_splits_are_deleted AFTER DELETE ON models
WHEN OLD.split_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM models WHERE split_id = OLD.split_id) BEGIN
  DELETE FROM splits WHERE id = OLD.split_id;
END;

-- Lists of jobs leave out the trials of sweeps, of which there may be thousands.
CREATE INDEX jobs_of_no_sweep ON jobs (project, id) WHERE trial IS NULL;
