/**
 * The value that would stand at `rank` if `values` were sorted (quickselect). It takes linear time, which sorting does not, and leaves
 * lower values before that place and greater ones behind it.
 */
export function select(values: Float64Array, rank: number): number {
  let [from, to] = [0, values.length - 1];
  while (from < to) {
    // of some places drawn, so that no order of the values is a bad one
    const pivot = values[from + Math.floor(Math.random() * (to - from + 1))] as number;
    let [low, high] = [from, to];
    while (low <= high) {
      while ((values[low] as number) < pivot) low++;
      while ((values[high] as number) > pivot) high--;
      if (low > high) break;
      const value = values[low] as number;
      values[low++] = values[high] as number;
      values[high--] = value;
    }
    // what lies between the two equals the pivot
    if (rank <= high) to = high;
    else if (rank >= low) from = low;
    else break;
  }
  return values[rank] as number;
}
