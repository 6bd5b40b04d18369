import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SECTIONS } from '../../src/http/docs/sections.ts';
import { CHROMIUM, openBrowser } from '../support/browser.ts';
import { type BuiltService, startBuiltService } from '../support/builtService.ts';

/** Chromium trusts plain HTTP on loopback only, so the page is opened by another name. */
const HOST = 'trainyard.example';

let service: BuiltService;
let browser: BrowserContext;
let page: Page;
const troubles: string[] = [];

beforeAll(async () => {
  if (CHROMIUM === undefined) return;
  service = await startBuiltService(['--allow-remote-without-keys']);
  browser = await openBrowser(HOST);
  page = await browser.newPage();
  page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
  page.on('requestfailed', (request) => troubles.push(`${request.url()}: ${request.failure()?.errorText}`));
});
afterAll(async () => {
  await browser?.close();
  await service?.stop();
});

/** The block of an operation, open in the "try it" mode. */
async function open(operation: string) {
  const address = `http://${HOST}:${new URL(service.address).port}`;
  // Swagger UI reads the fragment when the page is loaded.
  await page.goto('about:blank');
  await page.goto(`${address}/docs#/${operation}`);
  const block = page.locator(`#operations-${operation.replace('/', '-')}`);
  await block.locator('button.execute').waitFor();
  return block;
}

/** Sends the request and waits until the page shows the response. */
async function execute(block: Awaited<ReturnType<typeof open>>) {
  const answered = page.waitForResponse((response) => response.url().includes('/v1/'));
  await block.locator('button.execute').click();
  const answer = await answered;
  const shown = await block.locator('.live-responses-table .response .response-col_status').innerText();
  expect(Number.parseInt(shown, 10)).toBe(answer.status());
  return { status: answer.status(), body: await answer.json() };
}

it.skipIf(CHROMIUM === undefined)(
  'leads a new user from an upload to predictions over plain HTTP, with unchanged examples (needs Chromium)',
  async () => {
    const upload = await open('Datasets/uploadDataset');
    expect(
      await page.locator('.opblock-tag').evaluateAll((tags) => tags.map((tag) => tag.getAttribute('data-tag'))),
    ).toEqual(SECTIONS.map(({ name }) => name));
    const dataset = await execute(upload);
    expect([dataset.status, dataset.body]).toMatchObject([201, { state: 'ready', rows: 20 }]);

    const create = await open('Jobs/createJob');
    const request = create.locator('.opblock-section-request-body textarea');
    await request.fill((await request.inputValue()).replace('ds_replacethis', dataset.body.id));
    const job = await execute(create);
    expect(job.status).toBe(202);

    const follow = await open('Jobs/getJob');
    await follow.locator('[data-param-name=id] input').fill(job.body.id);
    await follow.locator('[data-param-name=wait] input').fill('60');
    const ended = await execute(follow);
    expect([ended.status, ended.body]).toMatchObject([200, { state: 'succeeded' }]);

    const predict = await open('Models/predict');
    await predict.locator('[data-param-name=id] input').first().fill(ended.body.modelId);
    const { status, body } = await execute(predict);
    expect([status, body]).toMatchObject([200, { predictions: [{ label: expect.any(String) }], warnings: [] }]);
    expect(troubles).toEqual([]);
  },
);
