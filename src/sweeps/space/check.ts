import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { type JsonValue, MOST_PARAMETERS, type ParameterDefinition, parameterSchema } from './parameter.ts';
import { scaleOf } from './scales.ts';

type Definitions = Readonly<Record<string, ParameterDefinition>>;

/** Says what is wrong with a space as a whole: too many parameters, overlapping paths, values twice, conditions that cannot be met. */
export function checkConditions(space: Definitions, context: z.RefinementCtx): void {
  const mistake = (path: readonly (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path: [...path], message });
  const names = Object.keys(space);
  if (names.length === 0) mistake([], 'Nothing to search: name at least one parameter.');
  if (names.length > MOST_PARAMETERS)
    mistake([], `At most ${MOST_PARAMETERS} parameters: leave out what matters least.`);
  const sound = soundPart(space);
  for (const name of names) {
    const around = names.find((other) => name.startsWith(`${other}.`));
    if (around) mistake([name], `Lies within '${around}', which is varied too: vary one of them.`);
  }
  for (const [name, definition] of Object.entries(sound)) {
    checkChoice(definition, (path, message) => mistake([name, ...path], message));
    for (const [parent, values] of Object.entries(definition.when ?? {})) {
      const problem = (message: string) => mistake([name, 'when', parent], message);
      if (!Object.hasOwn(space, parent)) problem('Not a parameter of this space: add it, or mend its name.');
      else if (reaches(sound, parent, name)) problem(`A circle: '${parent}' is asked only after '${name}'.`);
      else if (Object.hasOwn(sound, parent)) checkParent(sound[parent], values, problem);
    }
  }
}

/** The parameters that have no mistake of their own. */
function soundPart(space: Definitions): Definitions {
  return Object.fromEntries(
    Object.entries(space).filter(([, definition]) => parameterSchema.safeParse(definition).success),
  );
}

function checkChoice(definition: ParameterDefinition, mistake: (path: (string | number)[], message: string) => void) {
  if (definition.type !== 'choice') return;
  for (const [i, value] of definition.values.entries()) {
    const first = definition.values.findIndex((other) => isDeepStrictEqual(value, other));
    if (first < i) mistake(['values', i], `The same as value ${first}: leave one out.`);
  }
}

function checkParent(
  parent: ParameterDefinition,
  values: readonly JsonValue[],
  problem: (message: string) => void,
): void {
  const scale = scaleOf(parent);
  if (scale.levels === null) {
    problem('A condition needs a choice, whole numbers or a step: a continuum never has just that value.');
    return;
  }
  const foreign = values.filter((value) => scale.coordinate(value) === undefined);
  for (const value of foreign) problem(`Never ${JSON.stringify(value)}: name values that it can have.`);
}

/** Whether `from` is asked only after `to`, or is it. */
function reaches(space: Definitions, from: string, to: string, seen = new Set<string>()): boolean {
  if (from === to) return true;
  if (seen.has(from) || !Object.hasOwn(space, from)) return false;
  seen.add(from);
  return Object.keys(space[from].when ?? {}).some((parent) => reaches(space, parent, to, seen));
}
