import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesIn, startDatasets, type TestService } from './support/service.ts';
import { upload } from './support/upload.ts';

let service: TestService;
beforeAll(async () => {
  service = await startDatasets();
});
afterAll(() => service.close());

const FILE = 'Content-Disposition: form-data; name="file"; filename="people.csv"\r\n\r\nage,income\n39,1\n52,0\n';
const SECOND = FILE.replace('"file"', '"more"');
const FIELD = 'Content-Disposition: form-data; name="types"\r\n\r\nage:categorical';

const formOf = (...parts: readonly string[]) => `${parts.map((part) => `--x\r\n${part}\r\n`).join('')}--x--\r\n`;
const send = (form: string, type = 'multipart/form-data; boundary=x') => upload(service, form, { type });

describe('a form', () => {
  it.each([
    ['has a second file', formOf(FILE, SECOND), '/more'],
    ['has a field before the file', formOf(FIELD, FILE), '/types'],
    ['has a field after the file', formOf(FILE, FIELD), '/types'],
    ['has no file', formOf(), '/file'],
  ])('that %s is refused with the name of the part', async (_, form, path) => {
    const answer = await send(form);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'invalid_request', errors: [{ path }] });
    expect(filesIn(service.folders)).toEqual([]);
  });

  it.each([
    ['is truncated in the file', formOf(FILE).slice(0, -20), 'multipart/form-data; boundary=x'],
    ['is not a form', 'age,income\n39,1\n', 'multipart/form-data; boundary=x'],
    ['has no boundary', formOf(FILE), 'multipart/form-data'],
  ])('that %s is refused', async (_, form, type) => {
    const answer = await send(form, type);
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'invalid_request']);
    expect(filesIn(service.folders)).toEqual([]);
  });
});

it('an unknown option is refused with its name', async () => {
  const answer = await upload(service, 'age,income\n39,1\n', { query: { delimeter: ';' } });
  expect(answer.statusCode).toBe(400);
  expect(answer.json()).toMatchObject({ code: 'invalid_request', errors: [{ path: '/delimeter' }] });
});
