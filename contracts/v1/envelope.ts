import { sourceName, z } from 'data-sentinel';
import { baseEvent } from './base-event.ts';

/** The fields around a payload: those of every event, and the version of the payload's contract. */
export const envelope = {
  ...baseEvent,
  version: z
    .string()
    .regex(/^\d+(\.\d+){0,2}$/)
    .default('1.0.0'),
  source: sourceName('ecommerce_api'),
};
