import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { type ApiError, request } from '../../api/client.ts';
import type { CorrectionDryRun, LetterGroup, Plan } from '../../api/types.ts';
import { useJob } from '../dead-letters/use-job.ts';

const corrects = 'POST /api/v1/dead-letters/correct';
const restMs = 500;

/** Asks what a plan would come to, after each rest of a person who builds it, and orders it. */
export function useCorrection(filter: LetterGroup, plan: Plan | undefined) {
  const text = plan === undefined ? '' : JSON.stringify(plan);
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), restMs);
    return () => clearTimeout(timer);
  }, [text]);
  const forecast = useQuery<CorrectionDryRun, ApiError>({
    queryKey: ['correction', filter, rested],
    queryFn: ({ signal }) =>
      request(corrects, {
        body: { filter, plan: JSON.parse(rested) as Plan, dry_run: true },
        signal,
      }) as Promise<CorrectionDryRun>,
    enabled: rested !== '',
    retry: false,
    refetchOnWindowFocus: false,
    placeholderData: keepPreviousData,
  });
  const { run, ...job } = useJob();
  const isCurrent = text !== '' && text === rested && !forecast.isPlaceholderData;
  return {
    ...job,
    /** Of the plan as it is now. */
    forecast: isCurrent ? forecast.data : undefined,
    error: isCurrent ? forecast.error : null,
    isAsking: text !== '' && !isCurrent,
    run: (learn: boolean) => run(() => request(corrects, { body: { filter, plan: plan!, learn } })),
  };
}
