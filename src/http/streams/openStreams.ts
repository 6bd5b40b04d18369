import { ServiceError } from '../../kit/contract/errors.ts';

/** The open streams. */
export interface OpenStreams {
  /**
   * Counts one more stream of a project and returns the function that removes it. Throws
   * ServiceError `too_many_streams` at the limit.
   */
  enter(project: string): () => void;
  /** Resolves when no stream is open. */
  drained(): Promise<void>;
}

/** Maximum numbers of open streams. */
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
  const message = `Stream limit reached: ${max} event streams ${whose} are open. Close one, or poll with GET …?wait= instead.`;
  return new ServiceError('too_many_streams', message, [], RETRY_AFTER_SECONDS);
}
