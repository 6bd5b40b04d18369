import { expect, it } from 'vitest';
import { createLog, type Logger } from '../../src/kit/log.ts';
import { createReadiness } from '../../src/maintenance/readiness.ts';

/** Readiness with storage faults, a worker fault and a time that the test sets. */
function setUp() {
  const state = { storage: [] as string[], worker: undefined as string | undefined, now: 0, checks: 0 };
  const logged: string[] = [];
  const log: Logger = Object.assign(createLog('silent'), {
    info: (message: string) => logged.push(message),
    warn: ({ reasons }: { reasons: string }) => logged.push(reasons),
  });
  const readiness = createReadiness({
    findStorageFaults: async () => {
      state.checks++;
      return state.storage;
    },
    workerFault: () => state.worker,
    now: () => state.now,
    log,
  });
  return { state, readiness, logged };
}

it('returns every reason', async () => {
  const { state, readiness } = setUp();
  expect(await readiness()).toEqual([]);
  Object.assign(state, { storage: ['The disk is full.', 'The database is locked.'], worker: 'No worker.', now: 1000 });
  expect(await readiness()).toEqual(['The disk is full.', 'The database is locked.', 'No worker.']);
});

it('checks the storage once a second for any number of calls, and the worker at each call', async () => {
  const { state, readiness } = setUp();
  await Promise.all(Array.from({ length: 100 }, readiness));
  state.now = 999;
  state.worker = 'No worker.';
  expect(await readiness()).toEqual(['No worker.']);
  expect(state.checks).toBe(1);
  state.now = 1000;
  await readiness();
  expect(state.checks).toBe(2);
});

it('logs each change once', async () => {
  const { state, readiness, logged } = setUp();
  await readiness();
  state.worker = 'No worker.';
  await Promise.all([readiness(), readiness()]);
  state.worker = undefined;
  await readiness();
  await readiness();
  expect(logged).toEqual(['No worker.', 'ready again']);
});
