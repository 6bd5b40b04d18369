import type { Parameter } from '../../../engine/memory/parameters.ts';
import { categorical, type FittedCategorical } from '../../../features/columns/categorical.ts';
import type { Graph, Value } from './graph.ts';

/**
 * The part of Z (rows, n) that a column of words (rows, 1) adds: the column of W that belongs to
 * the word. A table of one-hot rows would be as large as the square of the number of categories.
 */
export function categoryNodes(
  graph: Graph,
  fitted: FittedCategorical,
  missingWords: readonly string[],
  W: Parameter,
  firstInput: number,
  words: Value,
): Value {
  const { categories, otherCategories, missing } = fitted;
  const inputs = categorical.width(fitted);
  // The last row of the table is for words without an input.
  const forMissing = missing ? inputs - 1 : inputs;
  const forUnseen = otherCategories > 0 ? categories.length : forMissing;
  const known = new Set(categories);
  const marks = missingWords.filter((word) => !known.has(word));
  const codes = graph.mlNode('LabelEncoder', [words], {
    keys_strings: { strings: [...categories, ...marks] },
    values_int64s: { ints: [...categories.keys(), ...marks.map(() => forMissing)] },
    default_int64: { int: forUnseen },
  });
  const axis = graph.constant({ type: 'int64', shape: [1], values: [1] });
  const rows = graph.node('Squeeze', [codes, axis]);
  return graph.node('Gather', [tableOf(graph, fitted, W, firstInput, inputs), rows], { axis: { int: 0 } });
}

/** (inputs + 1, n): the columns of W, and the sum that replaces a word without an input. */
function tableOf(graph: Graph, fitted: FittedCategorical, W: Parameter, firstInput: number, inputs: number): Value {
  const [units, all] = W.shape;
  const shares = categorical.unknownCategory(fitted);
  const values = new Float32Array((inputs + 1) * units);
  for (let unit = 0; unit < units; unit++) {
    let unknown = 0;
    for (let input = 0; input < inputs; input++) {
      const weight = W.values[unit * all + firstInput + input];
      values[input * units + unit] = weight;
      unknown += (shares[input] ?? 0) * weight;
    }
    values[inputs * units + unit] = unknown;
  }
  return graph.constant({ type: 'float', shape: [inputs + 1, units], values });
}
