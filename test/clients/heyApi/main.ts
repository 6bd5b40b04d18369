/** Uploads a table, trains on it and writes predictions as JSON: `node main.js ADDRESS`. */
import { client } from './client/client.gen.js';
import { createJob, getJob, predict, uploadDataset } from './client/sdk.gen.js';
import type { Job, PredictAnswer } from './client/types.gen.js';

declare const process: { readonly argv: readonly string[] };

const ROWS = Array.from({ length: 200 }, (_, row) => ({
  size: row % 20,
  colour: row % 3 === 0 ? 'red' : 'blue',
  large: row % 20 > 9 ? 'yes' : 'no',
}));

async function main(baseUrl: string): Promise<PredictAnswer['predictions']> {
  client.setConfig({ baseUrl });
  const { data: dataset } = await uploadDataset({ body: ROWS, query: { name: 'sizes' }, throwOnError: true });
  const { data: job } = await createJob({
    body: { datasetId: dataset.id, target: 'large', effort: 'fast' },
    throwOnError: true,
  });
  if (!('id' in job)) throw new Error('Only a dry run returns a preview.');
  const { modelId } = await ended(job);
  if (modelId === null) throw new Error('The job made no model.');
  const rows = [
    { size: 1, colour: 'red' },
    { size: 18, colour: 'blue' },
  ];
  const { data } = await predict({ path: { id: modelId }, body: { rows }, throwOnError: true });
  return data.predictions;
}

async function ended({ id }: Job): Promise<Job> {
  for (;;) {
    const { data: job } = await getJob({ path: { id }, query: { wait: 60 }, throwOnError: true });
    if (job.state === 'succeeded') return job;
    if (job.state === 'failed' || job.state === 'cancelled') throw new Error(`${job.state}: ${job.error?.message}`);
  }
}

console.log(JSON.stringify(await main(process.argv[2] ?? '')));
