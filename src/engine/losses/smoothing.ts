import { numberOption } from '../options.ts';

/** The share of a label that is spread over all classes (Szegedy et al. 2016). */
export const labelSmoothing = numberOption(0, {
  min: 0,
  below: 1,
  description: 'The share of a label that is spread over all classes.',
  separate: true,
});
