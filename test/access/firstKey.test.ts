import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jsonBody, openService } from './support.ts';

let service: Awaited<ReturnType<typeof openService>>;
beforeEach(async () => {
  service = await openService();
});
afterEach(() => service.stop());

const create = (body: object, key?: string, headers: Record<string, string> = {}) => {
  const request = jsonBody({ name: 'a key', ...body });
  return service.ask('/v1/keys', key, { ...request, headers: { ...request.headers, ...headers } });
};
const revoke = (id: unknown, key: string) => service.ask(`/v1/keys/${id}`, key, { method: 'DELETE' });
const keysNow = () => service.database.selectFrom('keys').selectAll().execute();

describe('the first key', () => {
  it.each([
    [{ scopes: ['read'] }, '/scopes'],
    [{ scopes: ['read', 'train', 'predict'] }, '/scopes'],
    [{ scopes: ['admin'], project: 'risk' }, '/project'],
  ])('is refused as %j: the service could not be administered', async (body, path) => {
    await service.makeProject('risk');
    const answer = await create(body);
    const { code, detail, errors } = answer.json();
    expect([answer.status, code]).toEqual([409, 'admin_key_required']);
    expect(detail).toContain('trainyard keys create --name admin --scopes admin');
    expect(errors).toEqual([{ path, message: detail }]);
    expect(await keysNow()).toEqual([]);
    // The service is as open as before.
    expect((await service.ask('/v1/jobs', undefined)).status).toBe(200);
  });

  it('is an admin key, with which others of any scope are created', async () => {
    const first = await create({ scopes: ['admin', 'read'] });
    expect(first.status).toBe(201);
    const key = String(first.json().key);
    expect((await create({ scopes: ['read'] }, key)).status).toBe(201);
    expect((await create({ scopes: ['read'] })).json()).toMatchObject({ code: 'key_required' });
  });

  it('may expire, because the request says so itself', async () => {
    const answer = await create({ scopes: ['admin'], expiresAt: '2999-01-01T00:00:00.000Z' });
    expect(answer.status).toBe(201);
  });

  it('is only one, whatever requests are concurrent', async () => {
    const scopes = [['admin'], ['read'], ['admin'], ['train'], ['admin', 'predict'], ['admin']];
    const answers = await Promise.all(scopes.map((each) => create({ scopes: each })));
    const made = answers.filter(({ status }) => status === 201);
    expect(made).toHaveLength(1);
    const rows = await keysNow();
    expect(rows.map(({ scopes }) => JSON.parse(scopes))).toEqual([expect.arrayContaining(['admin'])]);
    const refused = answers.filter(({ status }) => status !== 201).map((answer) => answer.json().code);
    for (const code of refused) expect(['key_required', 'admin_key_required']).toContain(code);
  });

  it('is only one, if a caller without a key was accepted before it was created', async () => {
    const anonymous = { project: 'default', keyId: null };
    await service.makeKey(['admin']);
    await expect(service.keys.create(anonymous, { name: 'late', scopes: ['admin'] })).rejects.toMatchObject({
      code: 'key_required',
    });
    expect(await keysNow()).toHaveLength(1);
  });

  it('is created once for an Idempotency-Key, and a refusal does not use that up', async () => {
    const headers = { 'idempotency-key': 'first' };
    expect((await create({ scopes: ['read'] }, undefined, headers)).status).toBe(409);
    const made = await create({ scopes: ['admin'] }, undefined, headers);
    expect(made.status).toBe(201);
    const again = await create({ scopes: ['admin'] }, undefined, headers);
    expect([again.status, again.json().code]).toEqual([401, 'key_required']);
    const known = await create({ scopes: ['admin'] }, String(made.json().key), headers);
    expect([known.status, known.json().code]).toEqual([409, 'made_already']);
    expect(await keysNow()).toHaveLength(1);
  });
});

describe('the last admin key of default', () => {
  const admin = () => service.makeKey(['admin']);

  it('is not revoked over HTTP until there is another one', async () => {
    const { id, key } = await admin();
    await service.makeKey(['read', 'train']);
    await service.makeProject('risk');
    // It manages only its own project.
    await service.makeKey(['admin'], 'risk');
    const answer = await revoke(id, key);
    expect([answer.status, answer.json().code]).toEqual([409, 'admin_key_required']);
    expect(answer.json().detail).toContain('trainyard keys create');
    expect((await service.ask('/v1/keys', key)).status).toBe(200);
    const other = await create({ scopes: ['admin'] }, key);
    expect((await revoke(id, key)).status).toBe(204);
    expect((await service.ask('/v1/keys', key)).status).toBe(401);
    expect((await service.ask('/v1/keys', String(other.json().key))).status).toBe(200);
  });

  it.each(['revokedAt', 'expiresAt'] as const)('is the last one if the other has its %s', async (field) => {
    const [{ id, key }, other] = [await admin(), await admin()];
    await service.database
      .updateTable('keys')
      .set({ [field]: Date.now() })
      .where('id', '=', other.id)
      .execute();
    expect((await revoke(id, key)).status).toBe(409);
    // Revoking an invalid key does not change who can administer the service.
    expect((await revoke(other.id, key)).status).toBe(204);
  });

  it('remains when both are revoked at once', async () => {
    const ids = [(await admin()).id, (await admin()).id];
    const outcomes = await Promise.allSettled(ids.map((id) => service.keys.revoke({ project: 'default' }, id)));
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect((await keysNow()).filter(({ revokedAt }) => revokedAt === null)).toHaveLength(1);
  });

  it('does not affect other keys and those of other projects', async () => {
    const { key } = await admin();
    await service.makeProject('risk');
    const [reader, risk] = [await service.makeKey(['read']), await service.makeKey(['admin'], 'risk')];
    expect((await revoke(reader.id, key)).status).toBe(204);
    expect((await revoke(risk.id, risk.key)).status).toBe(204);
  });

  it('can expire; the command line creates another', async () => {
    const { id, key } = await admin();
    await service.database.updateTable('keys').set({ expiresAt: Date.now() }).where('id', '=', id).execute();
    expect((await service.ask('/v1/keys', key)).status).toBe(401);
    const operator = { project: 'default' };
    const created = await service.keys.create(operator, { name: 'again', scopes: ['admin'] });
    expect((await service.ask('/v1/keys', created.key)).status).toBe(200);
  });
});
