export interface Share {
  count: number;
  of: number;
  /** `count / of`; 0 of 0 is 0. */
  share: number;
  /** Wilson score interval at 95 %: says something even where nothing was seen. 0 to 1 when `of` is 0. */
  low: number;
  high: number;
}

/** Two-sided 95 %. */
const z = 1.959963984540054;

export function shareOf(count: number, of: number): Share {
  if (of === 0) return { count, of, share: 0, low: 0, high: 1 };
  const share = count / of;
  const spread = (z * z) / of;
  const centre = (share + spread / 2) / (1 + spread);
  const half = (z * Math.sqrt((share * (1 - share)) / of + spread / (4 * of))) / (1 + spread);
  return {
    count,
    of,
    share,
    low: count === 0 ? 0 : Math.max(0, centre - half),
    high: count === of ? 1 : Math.min(1, centre + half),
  };
}
