import type { Job } from '../../../src/jobs/schemas.ts';
import { isFinal } from '../../../src/jobs/states.ts';

/** A response as a REST client sees it; the types of bodies are those of the contract. */
export interface Answered<Body> {
  readonly status: number;
  readonly body: Body;
}

const JSON_TYPE = 'application/json';

export function apiAt(url: string) {
  async function ask<Body>(path: string, init: RequestInit = {}): Promise<Answered<Body>> {
    const response = await fetch(url + path, init);
    const text = await response.text();
    const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, body: (isJson ? JSON.parse(text) : text) as Body };
  }
  return {
    get: <Body>(path: string) => ask<Body>(path),
    /** The job as soon as it is in a final state. */
    async ended(id: string): Promise<Job> {
      for (;;) {
        const { body } = await ask<Job>(`/v1/jobs/${id}?wait=60`);
        if (isFinal(body.state)) return body;
      }
    },
    delete: (path: string) => ask<unknown>(path, { method: 'DELETE' }),
    post: <Body>(path: string, body?: unknown) =>
      ask<Body>(path, {
        method: 'POST',
        ...(body !== undefined && { headers: { 'content-type': JSON_TYPE }, body: JSON.stringify(body) }),
      }),
    /** A body that was not made from JSON here. */
    send: <Body>(path: string, type: string, body: string | Blob) =>
      ask<Body>(path, { method: 'POST', headers: { 'content-type': type }, body }),
  };
}
export type Api = ReturnType<typeof apiAt>;
