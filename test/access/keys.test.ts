import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonBody, openService } from './support.ts';

let service: Awaited<ReturnType<typeof openService>>;
let admin: string;
beforeAll(async () => {
  service = await openService();
  admin = (await service.makeKey(['admin'])).key;
  await service.makeProject('risk');
});
afterAll(() => service.stop());

const create = (body: object, key = admin) => service.ask('/v1/keys', key, jsonBody({ name: 'a key', ...body }));

describe('a new key', () => {
  it('is shown once, and stored as a hash', async () => {
    const answer = await create({ scopes: ['train', 'read'], expiresAt: '2999-01-01T00:00:00.000Z' });
    const { key, ...rest } = answer.json();
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([201, 'no-store']);
    expect(key).toMatch(/^ty_[A-Za-z0-9_-]{43}$/);
    expect(rest).toEqual({
      ...{ id: expect.stringMatching(/^key_/), name: 'a key', project: 'default', scopes: ['read', 'train'] },
      ...{ prefix: String(key).slice(0, 11), requestsPerSecond: null, createdAt: expect.any(String) },
      ...{ lastUsedAt: null, expiresAt: '2999-01-01T00:00:00.000Z', revokedAt: null },
    });
    const listed = await service.ask('/v1/keys?limit=1', admin);
    expect(listed.json().items).toEqual([rest]);
    const rows = await service.database.selectFrom('keys').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(String(key).slice(11));
  });

  it.each([
    [{ scopes: [] }, '/scopes'],
    [{ scopes: ['write'] }, '/scopes/0'],
    [{ scopes: ['read'], name: 'two\nlines' }, '/name'],
    [{ scopes: ['read'], expiresAt: '2001-01-01T00:00:00.000Z' }, '/expiresAt'],
    [{ scopes: ['read'], requestsPerSecond: 0 }, '/requestsPerSecond'],
    [{ scopes: ['read'], requestsPerSecond: 1e-300 }, '/requestsPerSecond'],
    [{ scopes: ['read'], secret: 'mine' }, '/secret'],
  ])('is refused for %j', async (body, path) => {
    const answer = await create(body);
    expect([answer.status, answer.json().errors]).toEqual([400, [expect.objectContaining({ path })]]);
  });
});

describe('a used key', () => {
  it('has the time of its last use, to the minute', async () => {
    const { id, key } = await service.makeKey(['read']);
    const lastUsed = async () =>
      (await service.database.selectFrom('keys').select('lastUsedAt').where('id', '=', id).executeTakeFirst())
        ?.lastUsedAt;
    const set = (lastUsedAt: number) =>
      service.database.updateTable('keys').set({ lastUsedAt }).where('id', '=', id).execute();
    const started = Date.now();
    await service.ask('/v1/jobs', key);
    expect(await lastUsed()).toBeGreaterThanOrEqual(started);
    const recently = Date.now();
    await set(recently);
    await service.ask('/v1/jobs', key);
    expect(await lastUsed()).toBe(recently);
    await set(recently - 60_000);
    await service.ask('/v1/jobs', key);
    expect(await lastUsed()).toBeGreaterThanOrEqual(recently);
  });

  it('is invalid as soon as another process has revoked it', async () => {
    const { id, key } = await service.makeKey(['read']);
    expect((await service.ask('/v1/jobs', key)).status).toBe(200);
    await service.keys.revoke({ project: 'default' }, id);
    expect((await service.ask('/v1/jobs', key)).status).toBe(401);
  });

  it('aborts its open responses when it is revoked', async () => {
    const { id, key } = await service.makeKey(['read']);
    const headers = { authorization: `Bearer ${key}` };
    const stream = await fetch(`${service.address}/v1/events`, { headers });
    expect(stream.status).toBe(200);
    await service.ask(`/v1/keys/${id}`, admin, { method: 'DELETE' });
    await expect(stream.text()).rejects.toThrow('terminated');
  });

  it('may be one of several with the same prefix', async () => {
    const [first, second] = [await service.makeKey(['read']), await service.makeKey(['train'])];
    const { prefix } = first;
    await service.database.updateTable('keys').set({ prefix }).where('id', '=', second.id).execute();
    expect((await service.ask('/v1/jobs', first.key)).status).toBe(200);
    // Another secret with the same prefix.
    const forged = first.key.slice(0, 11) + second.key.slice(11);
    expect((await service.ask('/v1/jobs', forged)).status).toBe(401);
  });
});

describe('an admin of another project than default', () => {
  it('manages only the keys of its own project', async () => {
    const risk = (await service.makeKey(['admin'], 'risk')).key;
    const made = await create({ scopes: ['read'] }, risk);
    expect(made.json()).toMatchObject({ project: 'risk' });
    const { items } = (await service.ask('/v1/keys', risk)).json() as { items: { project: string }[] };
    expect(new Set(items.map(({ project }) => project))).toEqual(new Set(['risk']));
    const elsewhere = await create({ scopes: ['read'], project: 'default' }, risk);
    const nowhere = await create({ scopes: ['read'], project: 'none' }, risk);
    expect([elsewhere.status, elsewhere.json().code]).toEqual([404, 'project_not_found']);
    expect(elsewhere.text.replaceAll('default', 'none')).toBe(nowhere.text);
    expect((await service.ask('/v1/keys?project=default', risk)).status).toBe(404);
  });

  it('sees its own project, and changes none', async () => {
    const risk = (await service.makeKey(['admin'], 'risk')).key;
    const { items } = (await service.ask('/v1/projects', risk)).json() as { items: { name: string }[] };
    expect(items.map(({ name }) => name)).toEqual(['risk']);
    const made = await service.ask('/v1/projects', risk, jsonBody({ name: 'more' }));
    expect([made.status, made.json().code]).toEqual([403, 'scope_missing']);
  });
});

describe('projects', () => {
  it('are created, shown with their use, changed and deleted', async () => {
    const made = await service.ask('/v1/projects', admin, jsonBody({ name: 'short-lived', quotas: { queuedJobs: 3 } }));
    expect([made.status, made.json()]).toMatchObject([
      201,
      {
        name: 'short-lived',
        quotas: { runningJobs: null, queuedJobs: 3, storedBytes: null, predictRows: null },
        usage: { runningJobs: 0, queuedJobs: 0, storedBytes: 0 },
      },
    ]);
    const change = jsonBody({ quotas: { queuedJobs: null, predictRows: 10 } }, 'PATCH');
    expect((await service.ask('/v1/projects/short-lived', admin, change)).json()).toMatchObject({
      quotas: { queuedJobs: null, predictRows: 10 },
    });
    const { key } = await service.makeKey(['read'], 'short-lived');
    const deleted = await service.ask('/v1/projects/short-lived', admin, { method: 'DELETE' });
    expect(deleted.status).toBe(204);
    expect((await service.ask('/v1/jobs', key)).status).toBe(401);
    expect((await service.ask('/v1/projects/short-lived', admin)).status).toBe(404);
  });

  it.each([
    ['POST', '/v1/projects', { name: 'risk' }, 409, 'project_exists'],
    ['POST', '/v1/projects', { name: 'Risk' }, 400, 'invalid_request'],
    ['DELETE', '/v1/projects/default', undefined, 409, 'project_in_use'],
    ['DELETE', '/v1/projects/none', undefined, 404, 'project_not_found'],
    ['PATCH', '/v1/projects/none', { quotas: {} }, 404, 'project_not_found'],
  ])('%s %s %j responds with %i %s', async (method, path, body, status, code) => {
    const answer = await service.ask(path, admin, body === undefined ? { method } : jsonBody(body, method));
    expect([answer.status, answer.json().code]).toEqual([status, code]);
  });

  it('are listed in pages, newest first', async () => {
    await service.makeProject('last');
    const first = (await service.ask('/v1/projects?limit=1', admin)).json();
    const second = (await service.ask(`/v1/projects?limit=10&after=${first.next}`, admin)).json();
    const names = [first, second].flatMap(({ items }) => (items as { name: string }[]).map(({ name }) => name));
    expect(names).toEqual(['last', 'risk', 'default']);
  });
});
