import { type CommandError, interrupted } from '../command/failures.ts';
import type { Server } from './client.ts';

/** Ctrl-C before the work was submitted. */
export function nothingSubmitted(): CommandError {
  return interrupted('Interrupted. Nothing was submitted.');
}

/** Ctrl-C while following the work: how to follow it again, and how to cancel it. */
export function detached({ url, key }: Server, id: string, command: 'train' | 'sweep'): CommandError {
  const resource = command === 'train' ? 'jobs' : 'sweeps';
  const header = key === undefined ? '' : ' -H "authorization: Bearer $TRAINYARD_KEY"';
  return interrupted(
    [
      `Interrupted. ${id} continues on the service.`,
      `Follow it: trainyard ${command} --watch ${id} --url ${url}`,
      `Cancel it: curl -X POST${header} ${url}/v1/${resource}/${id}/cancel`,
    ].join('\n'),
  );
}
