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

-- Lists of jobs leave out the trials of sweeps, of which there may be thousands.
CREATE INDEX jobs_of_no_sweep ON jobs (project, id) WHERE trial IS NULL;
