/** A response of the service, with the few fields that measurements read. */
interface Answer {
  readonly id: string;
  readonly state: string;
  readonly error: unknown;
  readonly modelId: string;
  readonly rows: number;
  readonly progress: { readonly epoch: number };
  readonly metrics: { readonly test: Readonly<Record<string, number>> };
}

/** One request to the service. Throws with the response if it is an error. */
export async function call(
  address: string,
  path: string,
  init: RequestInit & { duplex?: 'half' } = {},
): Promise<Answer> {
  const answer = await fetch(`${address}${path}`, init);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Answer;
}

export function submitJob(address: string, request: unknown): Promise<Answer> {
  return call(address, '/v1/jobs', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
}

/** Submits a job and waits until it has succeeded. Throws with its error if it has not. */
export async function finishedJob(address: string, request: unknown): Promise<Answer> {
  const { id } = await submitJob(address, request);
  for (;;) {
    const job = await call(address, `/v1/jobs/${id}?wait=60`);
    if (job.state === 'succeeded') return job;
    if (['failed', 'cancelled'].includes(job.state)) throw new Error(`${id}: ${JSON.stringify(job.error)}`);
  }
}
