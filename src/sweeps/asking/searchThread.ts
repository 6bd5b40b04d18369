/** What the thread of a thinker runs. */
import { importanceOf, type MeasuredTrial } from '../importance/importance.ts';
import { objectivesOf } from '../request/objective.ts';
import type { SweepSettings } from '../request/schema.ts';
import { searchSettingsOf } from '../request/settings.ts';
import { createSearch, type Leg, type Next } from '../search.ts';

interface Weighed {
  readonly settings: SweepSettings;
  readonly trials: readonly MeasuredTrial[];
}

export function weigh({ settings, trials }: Weighed): Readonly<Record<string, number>> | null {
  return importanceOf(settings.space, objectivesOf(settings.objective)[0], trials);
}

interface Question {
  readonly settings: SweepSettings;
  readonly legs: readonly Leg[];
}

export function think({ settings, legs }: Question): Next {
  const search = createSearch(searchSettingsOf(settings));
  for (const leg of legs) search.add(leg);
  return search.next();
}
