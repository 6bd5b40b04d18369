import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonBody, openService } from '../../access/support.ts';

let service: Awaited<ReturnType<typeof openService>>;
let admin: string;
beforeAll(async () => {
  service = await openService();
  admin = (await service.makeKey(['admin'])).key;
});
afterAll(() => service.stop());

const THINGS = [
  { path: '/v1/keys', body: { name: 'nightly', scopes: ['read'] }, other: { name: 'daily', scopes: ['read'] } },
  { path: '/v1/webhooks', body: { url: 'https://example.com/' }, other: { url: 'https://example.com/other' } },
] as const;

describe.each(THINGS)('a resource with a secret, created by a repeated POST to $path', ({ path, body, other }) => {
  const table = path === '/v1/keys' ? 'keys' : 'webhooks';
  const post = (key: string, content: object = body) => {
    const { headers, ...init } = jsonBody(content);
    return service.ask(path, admin, { ...init, headers: { ...headers, 'idempotency-key': `${table}-${key}` } });
  };
  const count = async () => (await service.database.selectFrom(table).select('id').execute()).length;
  const rows = () => service.database.selectFrom('idempotencyKeys').selectAll().execute();

  it('is created once: the second response names it, without the secret', async () => {
    const before = await count();
    const first = await post('a');
    const again = await post('a');
    const { id, key, secret } = first.json();
    expect([first.status, again.status, again.json().code]).toEqual([201, 409, 'made_already']);
    expect(again.headers.get('location')).toBe(`${path}/${id}`);
    expect(again.json().detail).toContain(String(id));
    expect(await count()).toBe(before + 1);
    for (const text of [again.text, JSON.stringify(await rows())]) expect(text).not.toContain(String(key ?? secret));
  });

  it('can be deleted and created again with a new key', async () => {
    const { id } = (await post('b')).json();
    const location = (await post('b')).headers.get('location') ?? '';
    expect((await service.ask(location, admin, { method: 'DELETE' })).status).toBe(204);
    const anew = await post('c');
    expect([anew.status, anew.json().id === id]).toEqual([201, false]);
  });

  it('is another request with another body', async () => {
    await post('d');
    const reused = await post('d', other);
    expect([reused.status, reused.json().code]).toEqual([422, 'idempotency_key_reused']);
  });

  it('is found after a crash before its response, and created after a crash before that', async () => {
    const { id } = (await post('e')).json();
    const crash = () =>
      service.database.updateTable('idempotencyKeys').set({ response: null, owner: 'dead' }).execute();
    await crash();
    expect((await post('e')).json().code).toBe('made_already');
    await service.database.deleteFrom(table).where('id', '=', String(id)).execute();
    await crash();
    const anew = await post('e');
    expect([anew.status, anew.json().id]).toEqual([201, id]);
  });
});
