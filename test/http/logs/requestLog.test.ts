import type { FastifyPluginAsync } from 'fastify';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { buildApp } from '../../../src/http/app.ts';
import { HTTP_LIMITS, OPEN_GUARD } from '../../support/access.ts';

it('logs an internal error with the stack, with the id that the client gets', async () => {
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line) => void lines.push(line) });
  const broken: FastifyPluginAsync = async (room) => {
    room.get('/broken', { config: { scope: 'public' } }, async () => {
      throw new Error('a wire is loose');
    });
  };
  const app = await buildApp({ version: '1', routes: [broken], guard: OPEN_GUARD, limits: HTTP_LIMITS, logger });
  onTestFinished(() => app.close());
  const answer = await app.inject('/broken');
  const requestId = answer.headers['x-request-id'];
  expect(answer.json()).toMatchObject({ status: 500, requestId });
  expect(answer.body).not.toContain('wire');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 50, requestId, err: { message: 'a wire is loose', stack: expect.stringContaining('requestLog.test.ts') } },
    { level: 30, requestId, msg: 'request', route: '/broken', status: 500, problem: 'internal_error' },
  ]);
});
