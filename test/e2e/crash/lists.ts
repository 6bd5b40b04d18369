import type { Dataset } from '../../../src/datasets/schemas.ts';
import type { Job } from '../../../src/jobs/schemas.ts';
import type { Page } from '../../../src/kit/wire.ts';

interface Listed {
  readonly datasets: Dataset;
  readonly jobs: Job;
}

/** Every page of a list. */
export async function listAll<Kind extends keyof Listed>(
  address: string,
  kind: Kind,
): Promise<readonly Listed[Kind][]> {
  const items: Listed[Kind][] = [];
  for (let after = ''; ; ) {
    const page: Page<Listed[Kind]> = await getJson(`${address}/v1/${kind}?limit=200${after}`);
    items.push(...page.items);
    if (page.next === null) return items;
    after = `&after=${page.next}`;
  }
}

/** Throws for an answer that is none. */
export async function getJson<Body>(url: string, method = 'GET'): Promise<Body> {
  const answer = await fetch(url, { method });
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Body;
}
