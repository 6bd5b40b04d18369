/** The search thread: see `searchWorker.ts`. */
import { createSearch, type NextStep, type Search, type Segment, type SegmentResult } from '../../search/search.ts';
import { readSettings, searchSettingsOf } from '../request/settings.ts';

/** Asks a search for its next step, with everything that the thread may lack. */
export interface SuggestRequest {
  readonly sweepId: string;
  /** The stored settings of the sweep. */
  readonly request: string;
  /** The number of the first segment in `segments`; earlier requests contained those before. */
  readonly from: number;
  readonly segments: readonly Segment[];
  /** New results of earlier segments. */
  readonly results: readonly { readonly segment: number; readonly result: SegmentResult }[];
}

interface CachedSearch {
  readonly request: string;
  readonly search: Search;
  segmentCount: number;
}

/** A search of 10,000 trials has some megabytes and is rebuilt in 0.2 s. */
const MAX_CACHED = 16;
/** Least recently used first. */
const cache = new Map<string, CachedSearch>();

/**
 * The next step of the search; null if segments before `from` are missing here: send all of them.
 */
export function suggest({ sweepId, request, from, segments, results }: SuggestRequest): NextStep | null {
  const known = from === 0 ? createEntry(request) : cache.get(sweepId);
  cache.delete(sweepId);
  if (known?.request !== request || known.segmentCount < from) return null;
  for (const { segment, result } of results) known.search.tell(segment, result);
  for (const segment of segments.slice(known.segmentCount - from)) {
    known.search.add(segment);
    known.segmentCount += 1;
  }
  const next = known.search.next();
  cache.set(sweepId, known);
  for (const oldest of cache.keys()) if (cache.size > MAX_CACHED) cache.delete(oldest);
  return next;
}

function createEntry(request: string): CachedSearch {
  return { request, search: createSearch(searchSettingsOf(readSettings(request))), segmentCount: 0 };
}
