/** What the thread of a thinker runs. */

import { createSearch, type Leg, type LegResult, type Next, type Search } from '../../search/search.ts';
import { readSettings, searchSettingsOf } from '../request/settings.ts';

/** A question to a search, with all that the thread may not know yet. */
export interface Question {
  readonly sweepId: string;
  /** The settings as they were kept. */
  readonly request: string;
  /** The first of the legs that are sent along; those before are known from earlier questions. */
  readonly from: number;
  readonly legs: readonly Leg[];
  /** What has come of legs before these. */
  readonly told: readonly { readonly leg: number; readonly result: LegResult }[];
}

interface Kept {
  readonly request: string;
  readonly search: Search;
  legs: number;
}

/** A search of 10,000 trials takes some megabytes, and 0.2 s to build anew. */
const MOST_KEPT = 16;
/** Those that were asked last come last. */
const kept = new Map<string, Kept>();

/** What the search decides next; null where the legs before `from` are not known here (any more): ask again with all of them. */
export function think({ sweepId, request, from, legs, told }: Question): Next | null {
  const known = from === 0 ? begin(request) : kept.get(sweepId);
  kept.delete(sweepId);
  if (known?.request !== request || known.legs < from) return null;
  for (const { leg, result } of told) known.search.tell(leg, result);
  for (const leg of legs.slice(known.legs - from)) {
    known.search.add(leg);
    known.legs += 1;
  }
  const next = known.search.next();
  kept.set(sweepId, known);
  for (const oldest of kept.keys()) if (kept.size > MOST_KEPT) kept.delete(oldest);
  return next;
}

function begin(request: string): Kept {
  return { request, search: createSearch(searchSettingsOf(readSettings(request))), legs: 0 };
}
