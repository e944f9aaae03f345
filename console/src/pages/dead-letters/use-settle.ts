import { useState } from 'react';
import { useLocation } from 'wouter';
import { request } from '../../api/client.ts';
import { refresh } from '../../api/queries.ts';
import type { DeadLetter, ReplayAnswer } from '../../api/types.ts';
import { plural } from '../../lib/format.ts';
import { eventHref, groupHref } from '../../lib/links.ts';
import { attempt } from '../../ui/toasts.tsx';
import { type Edit, bodyOf, replays } from './use-edit.ts';

/** How far a correction reaches. */
export type Reach = 'letter' | 'rule' | 'group';

export interface Settle {
  reach: Reach;
  /** What a person chose, or the widest that is possible. */
  setReach: (reach: Reach) => void;
  canLearn: boolean;
  /** Other letters of the group that would be settled with this one. */
  others: number;
  /** Why it can't be sent now. */
  blocked: string | undefined;
  isBusy: boolean;
  run: () => Promise<void>;
}

export function useSettle(letter: DeadLetter, edit: Edit): Settle {
  const [, navigate] = useLocation();
  const [chosen, setReach] = useState<Reach>();
  const [isBusy, setBusy] = useState(false);
  const { review, isChanged } = edit;
  const canLearn = isChanged && review?.valid === true && review.learnable;
  const others = review?.fixes?.in_group ?? 0;
  const widest: Reach = canLearn ? (others > 0 ? 'group' : 'rule') : 'letter';
  const isPossible = chosen === 'letter' || (canLearn && (chosen !== 'group' || others > 0));
  const reach = chosen !== undefined && isPossible ? chosen : widest;
  const blocked = whyBlocked(letter, edit);

  async function run(): Promise<void> {
    if (blocked !== undefined || isBusy) return;
    setBusy(true);
    const flags = {
      ...(reach === 'letter' ? {} : { learn: true }),
      ...(reach === 'group' ? { group: true } : {}),
    };
    const text = isChanged ? bodyOf(edit.text, flags) : '{}';
    const answer = await attempt(
      () => request(replays, { params: { id: letter.id }, text }),
      (answer) => inWords(answer as ReplayAnswer),
    );
    setBusy(false);
    if (answer === undefined) return;
    navigate(reach === 'group' ? groupHref(letter) : eventHref(letter.request_id));
    await refresh('dead-letters', 'events', 'rules');
  }

  return { reach, setReach, canLearn, others, blocked, isBusy, run };
}

function inWords({ rule_id, group }: ReplayAnswer): string {
  const sent = 1 + (group?.replaying ?? 0);
  const rule = rule_id === undefined ? '' : ' A rule was learned for the next ones.';
  const left = group !== undefined && group.left > 0 ? ` ${plural(group.left, 'letter')} stay.` : '';
  return `${plural(sent, 'letter')} on the way.${rule}${left}`;
}

function whyBlocked(
  letter: DeadLetter,
  { malformed, isChanged, review, error, isReviewing }: Edit,
): string | undefined {
  if (malformed !== undefined) return malformed;
  if (!isChanged || letter.step !== undefined) return undefined;
  if (isReviewing) return 'Asking what it comes to…';
  if (error !== null) return error.message;
  return review?.valid === true ? undefined : 'The event still breaks its contract.';
}
