import { readFileSync } from 'node:fs';
import type { LightMyRequestResponse } from 'fastify';
import type { DatasetColumn } from '../../../src/datasets/profile/schemas.ts';
import type { Dataset, DatasetRows } from '../../../src/datasets/schemas.ts';
import type { TestService } from './service.ts';

export interface UploadWith {
  readonly type?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Uploads a body, by default as text/csv. */
export function upload(
  { app }: TestService,
  body: string | Buffer,
  { type = 'text/csv', query = {}, headers = {} }: UploadWith = {},
): Promise<LightMyRequestResponse> {
  return app.inject({
    method: 'POST',
    url: '/v1/datasets',
    query: { ...query },
    headers: { 'content-type': type, ...headers },
    payload: body,
  });
}

/** Uploads a file and returns its dataset. Throws with the response when it was refused. */
export async function uploadFile(service: TestService, path: string, options: UploadWith = {}): Promise<Dataset> {
  const answer = await upload(service, readFileSync(path), options);
  if (answer.statusCode !== 201) throw new Error(`${path}: ${answer.body}`);
  return answer.json();
}

/** Names with types, in the order of the table. */
export function typesOf({ columns }: Dataset): string[] {
  return columns.map(({ name, type }) => `${name}: ${type}`);
}

export function columnOf({ columns }: Dataset, name: string): DatasetColumn {
  const column = columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new Error(`no column ${name}`);
  return column;
}

/** The values of a column in the first rows, as in the API. */
export async function cellsOf({ app }: TestService, { id }: Dataset, name: string, limit = 10): Promise<unknown[]> {
  const cells: unknown[] = [];
  for (let offset: number | null = 0; offset !== null && cells.length < limit; ) {
    const answer = await app.inject({ url: `/v1/datasets/${id}/rows?limit=${limit - cells.length}&offset=${offset}` });
    const page: DatasetRows = answer.json();
    cells.push(...page.items.map((row) => row[name]));
    offset = page.next;
  }
  return cells;
}

export function warningCodes({ warnings }: Dataset): string[] {
  return warnings.map(({ code, column }) => `${code} ${column}`);
}
