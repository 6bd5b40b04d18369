/** What the thread of a thinker runs. */
import type { SweepSettings } from '../request/schema.ts';
import { searchSettingsOf } from '../request/settings.ts';
import { createSearch, type Leg, type Next } from '../search.ts';

interface Question {
  readonly settings: SweepSettings;
  readonly legs: readonly Leg[];
}

export function think({ settings, legs }: Question): Next {
  const search = createSearch(searchSettingsOf(settings));
  for (const leg of legs) search.add(leg);
  return search.next();
}
