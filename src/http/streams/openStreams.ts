import { ServiceError } from '../../kit/contract/errors.ts';

/** The streams that are open now. */
export interface OpenStreams {
  /**
   * Counts one more of a project and answers what counts it off. Throws ServiceError
   * `too_many_streams` where there are as many as there may be.
   */
  enter(project: string): () => void;
  /** Resolves when none is open. */
  drained(): Promise<void>;
}

/** So many streams may be open at once. */
export interface StreamLimits {
  readonly total: number;
  readonly perProject: number;
}

const RETRY_AFTER_SECONDS = 5;

export function createOpenStreams({ total, perProject }: StreamLimits): OpenStreams {
  const open = new Map<symbol, string>();
  let empty = Promise.withResolvers<void>();
  const countOf = (project: string) => [...open.values()].filter((other) => other === project).length;
  return {
    enter(project) {
      if (open.size >= total) throw tooMany(total, 'in all');
      if (countOf(project) >= perProject) throw tooMany(perProject, 'of a project');
      if (open.size === 0) empty = Promise.withResolvers();
      const stream = Symbol();
      open.set(stream, project);
      return () => {
        open.delete(stream);
        if (open.size === 0) empty.resolve();
      };
    },
    drained: () => (open.size === 0 ? Promise.resolve() : empty.promise),
  };
}

function tooMany(max: number, whose: string): ServiceError {
  const message = `The ${max} event streams that may be open ${whose} are open: close one, or ask with GET …?wait= instead.`;
  return new ServiceError('too_many_streams', message, [], RETRY_AFTER_SECONDS);
}
