import type { z } from 'zod';
import { didYouMean } from '../../kit/contract/closest.ts';
import { formatValue } from '../../kit/contract/messages.ts';
import { type JsonValue, type ParameterDefinition, parameterSchema } from './parameter.ts';
import { type Scale, scaleOf } from './scales.ts';
import { valueKey } from './valueKey.ts';

type Definitions = Readonly<Record<string, ParameterDefinition>>;
type Path = readonly (string | number)[];
type Report = (path: Path, message: string) => void;

/**
 * Reports the issues of a space as a whole: overlapping paths, duplicate values, impossible
 * conditions.
 */
export function checkConditions(space: Definitions, context: z.RefinementCtx): void {
  const addIssue: Report = (path, message) => context.addIssue({ code: 'custom', path: [...path], message });
  const names = new Set(Object.keys(space));
  if (names.size === 0) addIssue([], 'The space is empty. Add at least one parameter.');
  for (const name of names) {
    const ancestor = ancestorPaths(name).find((path) => names.has(path));
    if (ancestor) addIssue([name], `The path is inside '${ancestor}', which is also varied. Vary only one of them.`);
  }
  const valid = validParameters(space);
  const scales = new Map(Object.entries(valid).map(([name, definition]) => [name, scaleOf(definition)]));
  for (const [name, definition] of Object.entries(valid)) {
    checkChoice(definition, (path, message) => addIssue([name, ...path], message));
    for (const [parent, values] of Object.entries(definition.when ?? {})) {
      const report = (message: string) => addIssue([name, 'when', parent], message);
      const scale = scales.get(parent);
      if (!names.has(parent))
        report(`Not a parameter of this space. Add it, or correct its name.${didYouMean(parent, names)}`);
      else if (parentsOf(valid, parent).has(name)) report(`Circular condition: '${parent}' depends on '${name}'.`);
      else if (scale) checkParent(scale, values, report);
    }
  }
}

/** `a` and `a.b` of `a.b.c`. */
function ancestorPaths(name: string): readonly string[] {
  const parts = name.split('.');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('.'));
}

/** The parameters that are valid on their own. */
function validParameters(space: Definitions): Definitions {
  return Object.fromEntries(
    Object.entries(space).filter(([, definition]) => parameterSchema.safeParse(definition).success),
  );
}

function checkChoice(definition: ParameterDefinition, report: Report) {
  if (definition.type !== 'choice') return;
  const firsts = new Map<string, number>();
  for (const [i, value] of definition.values.entries()) {
    const key = valueKey(value);
    const first = firsts.get(key);
    if (first === undefined) firsts.set(key, i);
    else report(['values', i], `Duplicate of value ${first}. Leave one out.`);
  }
}

function checkParent(scale: Scale, values: readonly JsonValue[], report: (message: string) => void): void {
  if (scale.levels === null) {
    report('A condition needs a parameter with a finite number of values: a choice, integers or a step.');
    return;
  }
  for (const value of values) {
    if (scale.coordinate(value) === undefined)
      report(`The parameter never has the value ${formatValue(value)}. Use one of its values.`);
  }
}

/** The parameter and its direct and indirect parents. */
function parentsOf(space: Definitions, name: string): ReadonlySet<string> {
  const parents = new Set([name]);
  // Iterating over a set includes the elements that are added meanwhile.
  for (const each of parents) {
    if (!Object.hasOwn(space, each)) continue;
    for (const parent of Object.keys(space[each].when ?? {})) parents.add(parent);
  }
  return parents;
}
