/** What the thread of a thinker runs. */

import { createSearch, type NextStep, type Search, type Segment, type SegmentResult } from '../../search/search.ts';
import { readSettings, searchSettingsOf } from '../request/settings.ts';

/** A question to a search, with all that the thread may not know yet. */
export interface SuggestRequest {
  readonly sweepId: string;
  /** The settings as they were kept. */
  readonly request: string;
  /** The first of the legs that are sent along; those before are known from earlier questions. */
  readonly from: number;
  readonly segments: readonly Segment[];
  /** What has come of legs before these. */
  readonly results: readonly { readonly segment: number; readonly result: SegmentResult }[];
}

interface CachedSearch {
  readonly request: string;
  readonly search: Search;
  segmentCount: number;
}

/** A search of 10,000 trials takes some megabytes, and 0.2 s to build anew. */
const MAX_CACHED = 16;
/** Those that were asked last come last. */
const cache = new Map<string, CachedSearch>();

/** What the search decides next; null where the legs before `from` are not known here (any more): ask again with all of them. */
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
