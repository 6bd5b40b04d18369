import { describe, expect, it } from 'vitest';
import { buildApp } from '../../../src/http/app.ts';
import { HTTP_LIMITS, OPEN_GUARD } from '../../support/access.ts';

const OWN_SOURCES = ["'none'", "'self'", 'data:'];
const app = await buildApp({ version: '0', routes: [], guard: OPEN_GUARD, limits: HTTP_LIMITS, logger: false });

describe.each(['/docs', '/docs/'])('%s', (path) => {
  it('lets a browser load everything with the scheme of the page, and nothing from other origins', async () => {
    const answer = await app.inject({ url: path, headers: { host: 'train.example:8080' } });
    expect(answer.statusCode).toBe(200);
    const directives = String(answer.headers['content-security-policy']).split(/; ?/);
    const sources = directives.flatMap((directive) => directive.split(' ').slice(1));
    expect(directives).toContain("default-src 'none'");
    expect(directives).toContain("script-src 'self'");
    expect(directives).not.toContain('upgrade-insecure-requests');
    expect(sources.filter((source) => !OWN_SOURCES.includes(source))).toEqual([]);
    expect(answer.headers['strict-transport-security']).toBeUndefined();
  });
});
