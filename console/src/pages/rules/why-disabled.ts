import type { Rule } from '../../api/types.ts';

const by = {
  person: 'by a person',
  failures: 'as it failed too often',
  contradiction: 'as an event contradicts it',
} as const;

/** `Disabled as it failed too often: …`; undefined when it is not. */
export function whyDisabled({ status, disabled_by, disabled_reason }: Rule): string | undefined {
  if (status !== 'disabled' || disabled_by === undefined) return undefined;
  return `Disabled ${by[disabled_by]}${disabled_reason === undefined ? '' : `: ${disabled_reason}`}.`;
}

/** Why its rows are in doubt, where that is not why it is disabled. */
export const otherDoubt = ({ doubt, disabled_reason }: Rule): string =>
  doubt === undefined || doubt.reason === disabled_reason ? '' : `: ${doubt.reason}`;
