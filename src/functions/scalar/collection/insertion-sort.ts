/**
 * Java's order of values that have none, such as NaN: its list sort up to 32 elements, whose result depends on the steps.
 * The first run is taken as it is, or reversed when it descends; the others are inserted by halving.
 */
export function insertionSort<T>(values: T[], compare: (a: T, b: T) => number): T[] {
  if (values.length < 2) return values
  let run = 2
  if (compare(values[1], values[0]) < 0) {
    while (run < values.length && compare(values[run], values[run - 1]) < 0) run++
    values.splice(0, run, ...values.slice(0, run).reverse())
  } else {
    while (run < values.length && compare(values[run], values[run - 1]) >= 0) run++
  }
  for (; run < values.length; run++) {
    const value = values[run]
    let low = 0
    let high = run
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compare(value, values[middle]) < 0) high = middle
      else low = middle + 1
    }
    values.splice(run, 1)
    values.splice(low, 0, value)
  }
  return values
}
