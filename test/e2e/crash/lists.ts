import type { Dataset } from '../../../src/datasets/schemas.ts';
import type { Job } from '../../../src/jobs/schemas.ts';
import type { Page } from '../../../src/kit/contract/wire.ts';

/** Every page of a list: of the datasets, the jobs, or at a path. */
export async function listAll(address: string, path: 'datasets'): Promise<readonly Dataset[]>;
export async function listAll(address: string, path: 'jobs'): Promise<readonly Job[]>;
export async function listAll<Item>(address: string, path: string): Promise<readonly Item[]>;
export async function listAll<Item>(address: string, path: string): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (let after = ''; ; ) {
    const page: Page<Item> = await getJson(`${address}/v1/${path}?limit=200${after}`);
    items.push(...page.items);
    if (page.next === null) return items;
    after = `&after=${page.next}`;
  }
}

/** Throws for an error response. */
export async function getJson<Body>(url: string, method = 'GET'): Promise<Body> {
  const answer = await fetch(url, { method });
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Body;
}
