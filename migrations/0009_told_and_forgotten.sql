-- Jobs that had ended before there were events have told nothing: whoever reads their events now learns how they ended. What waits or runs and has
-- told no state yet is given the one that it is in. The triggers of `events` put each behind the epochs of its job.
INSERT INTO events (job_id, type, data, created_at)
SELECT id, 'state', json_object('state', state, 'attempts', attempts, 'modelId', model_id, 'error', json(error)),
  coalesce(finished_at, started_at, created_at)
FROM jobs
WHERE NOT EXISTS (SELECT 1 FROM events WHERE events.job_id = jobs.id AND events.type = 'state')
ORDER BY coalesce(finished_at, started_at, created_at), id;

-- What is deleted is not kept in the answer to the request that made it. That it was made is: the request makes nothing more.
CREATE TRIGGER deleted_datasets_are_forgotten AFTER DELETE ON datasets BEGIN
  UPDATE idempotency_keys SET answer = json_set(answer, '$.body', '') WHERE resource_id = OLD.id AND answer IS NOT NULL;
END;
CREATE TRIGGER deleted_jobs_are_forgotten AFTER DELETE ON jobs BEGIN
  UPDATE idempotency_keys SET answer = json_set(answer, '$.body', '') WHERE resource_id = OLD.id AND answer IS NOT NULL;
END;
CREATE INDEX idempotency_keys_by_resource ON idempotency_keys (resource_id);
