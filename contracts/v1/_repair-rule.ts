import { datetime, z } from 'data-sentinel';

/** One step of a repair, as the Python original of this service stored it. */
export const repairRule = z
  .object({
    source_field: z.string().min(1),
    target_field: z.string().min(1),
    transformation_type: z.enum(['rename', 'cast_to_float', 'cast_to_int', 'map_value']).default('rename'),
    value_map: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullish(),
  })
  .refine((rule) => rule.transformation_type !== 'map_value' || rule.value_map != null, {
    message: 'a value_map, which map_value needs',
    path: ['value_map'],
  });

/** What the original kept for an error signature: a list of rules, or the older map of wrong names to right ones. */
export const storedRule = z
  .object({
    rules: z.array(repairRule).default([]),
    expires_at: datetime().nullish(),
    field_mapping: z.record(z.string(), z.string()).nullish(),
  })
  .refine((stored) => stored.rules.length > 0 || stored.field_mapping != null, {
    message: 'at least one rule, or a field_mapping',
    path: ['rules'],
  });

export type RepairRule = z.infer<typeof repairRule>;
export type StoredRule = z.infer<typeof storedRule>;
