import type { FastifyPluginAsync } from 'fastify';
import { describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../../src/access/authentication.ts';
import { buildApp } from '../../src/http/app.ts';
import { ServiceError } from '../../src/kit/contract/errors.ts';
import { HTTP_LIMITS, OPEN_GUARD } from '../support/access.ts';

const PER_MINUTE = 6;

const room: FastifyPluginAsync = async (app) => {
  app.get('/things', { config: { scope: 'read' } }, async () => 'there');
};

/** An app with one known key and the clock of the test. */
async function openApp() {
  const clock = { now: 1_000_000 };
  const authentication = {
    async callerOf(authorization: string | undefined) {
      if (authorization === 'good') return ANONYMOUS;
      throw new ServiceError(authorization === undefined ? 'key_required' : 'key_invalid', 'No.');
    },
    invalid: async () => [],
  };
  const guard = {
    ...OPEN_GUARD,
    authentication,
    maxFailedKeysPerMinute: PER_MINUTE,
    allowRemoteWithoutKeys: true,
    clock: () => clock.now,
  };
  const app = await buildApp({ version: '0', routes: [room], guard, limits: HTTP_LIMITS, logger: false });
  const ask = async (remoteAddress: string, authorization?: string) => {
    const headers = authorization === undefined ? {} : { authorization };
    const {
      statusCode: status,
      headers: received,
      body,
    } = await app.inject({ url: '/things', remoteAddress, headers });
    return { status, headers: received, body };
  };
  const statuses = async (times: number, address: string, authorization?: string) => {
    const seen: number[] = [];
    for (let time = 0; time < times; time++) seen.push((await ask(address, authorization)).status);
    return seen;
  };
  return { clock, ask, statuses };
}

const UNKNOWN = Array<number>(PER_MINUTE).fill(401);

describe('requests without a valid key', () => {
  it('get a time to retry after too many from one address, and lose their connection', async () => {
    const { clock, ask, statuses } = await openApp();
    expect(await statuses(PER_MINUTE - 1, '203.0.113.7', 'bad')).toEqual(UNKNOWN.slice(1));
    expect(await statuses(2, '203.0.113.7')).toEqual([401, 429]);
    const refused = await ask('203.0.113.7', 'bad');
    expect(JSON.parse(refused.body)).toMatchObject({ status: 429, code: 'too_many_requests' });
    expect(refused.headers).toMatchObject({ 'retry-after': '10', connection: 'close' });
    clock.now += 10_000;
    expect(await statuses(2, '203.0.113.7', 'bad')).toEqual([401, 429]);
    clock.now += 3_600_000;
    expect(await statuses(PER_MINUTE + 1, '203.0.113.7', 'bad')).toEqual([...UNKNOWN, 429]);
  });

  it('affect no other client, not even a valid key from the same address', async () => {
    const { statuses } = await openApp();
    expect(await statuses(PER_MINUTE + 1, '203.0.113.7', 'bad')).toEqual([...UNKNOWN, 429]);
    expect(await statuses(1, '203.0.113.8', 'bad')).toEqual([401]);
    expect(await statuses(PER_MINUTE * 2, '203.0.113.7', 'good')).toEqual(Array(PER_MINUTE * 2).fill(200));
  });

  it.each([
    ['2001:db8:0:1::1', '2001:db8:0:1:ffff:ffff:ffff:ffff', '2001:db8:0:2::1'],
    ['2001:db8::1', '2001:db8::2:3:4:5', '2001:db8:1::1'],
    ['::ffff:203.0.113.7', '203.0.113.7', '::ffff:203.0.113.8'],
  ])('are counted by the network of one client: %s and %s, not %s', async (one, same, other) => {
    const { statuses } = await openApp();
    expect(await statuses(PER_MINUTE, one)).toEqual(UNKNOWN);
    expect([...(await statuses(1, same)), ...(await statuses(1, other))]).toEqual([429, 401]);
  });
});
