/** Fields that APIs send in another unit under another name. `%` is the field's name, `%base` it without its unit. */
export interface UnitChange {
  /** Tested against the field's name in snake case. */
  field: RegExp;
  factor: number;
  names: readonly string[];
}

export const unitChanges: readonly UnitChange[] = [
  {
    field: /(^|_)(amount|price|total|fee|cost)$/,
    factor: 100,
    names: [
      '%_cents',
      '%_in_cents',
      '%_minor',
      '%_minor_units',
      '%_in_minor_units',
      '%_pence',
      '%_subunits',
      'unit_%_cents',
      'cents',
      '%_ct',
      'centAmount',
      '%_smallest_unit',
      '%Cents',
      'amountMinor',
      '%_pennies',
    ],
  },
  { field: /(^|_)(amount|price|total)$/, factor: 1_000_000, names: ['%_micros', '%Micros', '%_micro_units'] },
  { field: /(^|_)(amount|price|total)$/, factor: 1000, names: ['%_mills', '%_milli', '%_thousandths'] },
  {
    field: /weight_kg$/,
    factor: 1000,
    names: ['weight_g', 'grams', 'weight_grams', 'weight_in_grams', 'weightG', 'weight_gr'],
  },
  {
    field: /distance_km$/,
    factor: 1000,
    names: ['distance_m', 'distance_meters', 'meters', 'distanceMeters', 'distance_metres'],
  },
  { field: /_cm$/, factor: 10, names: ['%base_mm', '%base_millimeters', '%baseMm', '%base_in_mm'] },
  { field: /^size$/, factor: 1024, names: ['size_bytes', 'sizeInBytes', 'bytes', 'size_b'] },
  { field: /^score$/, factor: 100, names: ['score_percent', 'score_pct', 'scorePercentage', 'score_bps'] },
  {
    field: /(_count|^forks|^watchers|^open_issues|^comments|^additions|^deletions)$/,
    factor: 1000,
    names: ['%_per_thousand', '%_milli', '%_permille'],
  },
];
