import { afterAll, beforeAll, expect, it } from 'vitest';
import { EXAMPLE_TABLE } from '../../../src/datasets/upload/exampleTable.ts';
import { openService } from '../../access/support.ts';
import { operations, resolved } from '../fuzz/document.ts';

interface Example {
  readonly route: string;
  readonly method: string;
  readonly path: string;
  readonly type: string;
  readonly example: unknown;
}

/** Every example of a body in the document, including those of its schemas. */
const examples: readonly Example[] = operations.flatMap(({ method, path, requestBody }) =>
  Object.entries(requestBody?.content ?? {}).flatMap(([type, { schema }]) => {
    const { example, examples: more = [] } = resolved(schema);
    const all = example === undefined ? more : [example, ...more];
    return all.map((example) => ({ route: `${method} ${path}`, method, path, type, example }));
  }),
);

let service: Awaited<ReturnType<typeof openService>>;
let key: string;
let datasetId: unknown;
beforeAll(async () => {
  service = await openService();
  key = (await service.makeKey(['admin'])).key;
  datasetId = (await send('POST', '/v1/datasets', 'text/csv', EXAMPLE_TABLE.csv)).json().id;
});
afterAll(() => service.stop());

function send(method: string, path: string, type: string, body: string) {
  return service.ask(path, key, { method, headers: { 'content-type': type }, body });
}

it.each(examples)('$route accepts its example of $type', async ({ method, path, type, example }) => {
  const text = typeof example === 'string' ? example : JSON.stringify(example);
  const address = path.replace('{name}', 'risk').replace(/\{\w+\}/, 'id_replacethis');
  const answer = await send(method, address, type, text.replaceAll('ds_replacethis', String(datasetId)));
  // Other ids in the path or the body do not exist.
  expect(answer.status < 300 || answer.status === 404, answer.text).toBe(true);
});
