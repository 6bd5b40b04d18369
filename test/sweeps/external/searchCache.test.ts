import { expect, it } from 'vitest';
import { createAskAndTell } from '../../../src/sweeps/external/askAndTell.ts';
import { createSearchCache } from '../../../src/sweeps/external/searchCache.ts';
import { type SuggestRequest, suggest } from '../../../src/sweeps/external/searchThread.ts';
import { TENANT } from '../../support/access.ts';
import { openTestService, type TestService } from '../testService.ts';

const EXTERNAL = {
  external: true,
  space: { x: { type: 'uniform', min: 0, max: 1 } },
  search: { algorithm: 'tpe', trials: 40 },
  objective: { metric: 'cost' },
  parallel: 2,
};
const ASKING = { leaseSeconds: 60, waitMs: 0, signal: new AbortController().signal };

/** Ask and tell that records the requests to the search thread, and whether it had the search. */
function noting(service: TestService) {
  const asked: { from: number; segments: number; known: boolean }[] = [];
  const noted = async (question: SuggestRequest) => {
    const next = suggest(question);
    asked.push({ from: question.from, segments: question.segments.length, known: next !== null });
    return next;
  };
  const searchCache = createSearchCache({ database: service.database, suggest: noted });
  return { asked, ...createAskAndTell({ ...service, searchCache }, TENANT.project) };
}

async function begin(service: TestService): Promise<string> {
  return (await service.post('/v1/sweeps', EXTERNAL)).body.id;
}

it('sends each trial to the search thread once, and all again if the thread has dropped the search', async () => {
  const service = await openTestService();
  const id = await begin(service);
  const { ask, tell, asked } = noting(service);
  for (let number = 0; number < 5; number++) {
    await ask(id, ASKING);
    await tell(id, { number, objective: number });
  }
  expect(asked[0]).toEqual({ from: 0, segments: 0, known: true });
  expect(asked.slice(1).every(({ segments, known }) => segments <= 1 && known)).toBe(true);
  for (let i = 0; i < 16; i++) await ask(await begin(service), ASKING);
  asked.splice(0);
  await ask(id, ASKING);
  expect(asked).toEqual([
    { from: 5, segments: 0, known: false },
    { from: 0, segments: 5, known: true },
  ]);
});

it('gives the same trials with a cached search and with a rebuilt one', async () => {
  const service = await openTestService();
  const [cached, rebuilt] = [await begin(service), await begin(service)];
  const one = noting(service);
  for (let number = 0; number < 14; number++) {
    const other = noting(service);
    const { trial } = await one.ask(cached, ASKING);
    const { trial: same } = await other.ask(rebuilt, ASKING);
    expect(same?.parameters).toEqual(trial?.parameters);
    await one.tell(cached, { number, objective: Number(trial?.parameters.x) });
    await noting(service).tell(rebuilt, { number, objective: Number(trial?.parameters.x) });
  }
});

it('gives concurrent clients different trials with one decision each', async () => {
  const service = await openTestService();
  const { body } = await service.post('/v1/sweeps', { ...EXTERNAL, parallel: 20 });
  const { ask, asked } = noting(service);
  const responses = await Promise.all(Array.from({ length: 20 }, () => ask(body.id, ASKING)));
  expect(responses.map(({ trial }) => trial?.number)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(asked.length).toBe(20);
});
