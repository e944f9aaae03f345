import { withParams } from '../api/client.ts';
import type { DeadLetterGroup } from '../api/types.ts';

export function groupHref({
  signature,
  contract,
  source,
}: Pick<DeadLetterGroup, 'signature' | 'contract' | 'source'>): string {
  return withParams(`/dead-letters/group/${signature}`, { contract, source });
}

export const correctHref = (group: Parameters<typeof groupHref>[0]): string =>
  groupHref(group).replace(/(?=\?|$)/, '/correct');

export const letterHref = (id: string): string => `/dead-letters/${encodeURIComponent(id)}`;
export const eventHref = (requestId: string): string => `/events/${encodeURIComponent(requestId)}`;
export const ruleHref = (id: string): string => `/rules/${encodeURIComponent(id)}`;
export const contractHref = (name: string): string => `/contracts/${encodeURIComponent(name)}`;
