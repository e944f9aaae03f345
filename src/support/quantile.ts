/**
 * The value below which a share of the counted ones lies, straight within its bucket; undefined when there are none.
 * `bounds` are the buckets' upper ends; the last count is of what lies beyond, of which only the lower end is known.
 */
export function quantileOf(
  share: number,
  counts: readonly number[],
  bounds: readonly number[],
): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let before = 0;
  for (const [bucket, count] of counts.entries()) {
    if (count > 0 && before + count >= share * total) {
      const lower = bounds[bucket - 1] ?? 0;
      const upper = bounds[bucket] ?? lower;
      return lower + ((share * total - before) / count) * (upper - lower);
    }
    before += count;
  }
  return bounds.at(-1);
}
