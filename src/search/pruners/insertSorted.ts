/** Inserts an item into a sorted list, after the items that are equal to it. */
export function insertSorted<Item>(sorted: Item[], item: Item, compare: (a: Item, b: Item) => number): void {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(sorted[middle], item) <= 0) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, item);
}
