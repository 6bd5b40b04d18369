-- When a worker process last died with the job in it, while the process that had started the worker lived on; NULL: the job is no suspect.
-- A suspect runs alone. `crashes` counts the deaths while it ran alone, since it last made progress.
UPDATE jobs SET crashes = 0;
ALTER TABLE jobs ADD COLUMN suspect_at INTEGER CHECK (suspect_at IS NOT NULL OR crashes = 0);

CREATE INDEX jobs_suspects ON jobs (state, crashes, suspect_at, id) WHERE suspect_at IS NOT NULL;
