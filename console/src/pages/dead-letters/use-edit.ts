import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { type ApiError, request } from '../../api/client.ts';
import type { DeadLetter, EditDryRun, Json } from '../../api/types.ts';
import { formatJson } from '../../lib/format-json.ts';

export interface Edit {
  /** The text that the editor began with. */
  initial: string;
  text: string;
  setText: (text: string) => void;
  /** What is wrong with the text as JSON; undefined when it is an object. */
  malformed: string | undefined;
  isChanged: boolean;
  /** Of the text as it is now; undefined until the server has answered for it. */
  review: EditDryRun | undefined;
  isReviewing: boolean;
  error: ApiError | null;
}

const restMs = 350;

/** What a person types, and what the server says it would come to, asked after each rest. */
export function useEdit(letter: DeadLetter): Edit {
  const initial = useMemo(() => formatJson(letter.edited ?? letter.raw), [letter.edited, letter.raw]);
  const [text, setText] = useState(initial);
  const [rested, setRested] = useState(initial);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), restMs);
    return () => clearTimeout(timer);
  }, [text]);

  const malformed = useMemo(() => whyMalformed(text), [text]);
  // A step's letter is no event that a contract could be asked about.
  const canReview =
    letter.step === undefined && letter.status === 'open' && whyMalformed(rested) === undefined;
  const query = useQuery<EditDryRun, ApiError>({
    queryKey: ['dry run', letter.id, rested],
    queryFn: ({ signal }) =>
      request(replays, {
        params: { id: letter.id },
        text: bodyOf(rested, { dry_run: true }),
        signal,
      }) as Promise<EditDryRun>,
    enabled: canReview,
    retry: false,
    staleTime: 30_000,
    refetchOnWindowFocus: false,
  });
  const isCurrent = text === rested && malformed === undefined;
  return {
    initial,
    text,
    setText,
    malformed,
    isChanged: malformed !== undefined || formatJson(text) !== formatJson(letter.raw),
    review: isCurrent ? query.data : undefined,
    isReviewing: canReview && (!isCurrent || query.isFetching) && malformed === undefined,
    error: query.error,
  };
}

export const replays = 'POST /api/v1/dead-letters/{id}/replay';

/** The event goes as the text that it is: a number of many digits would not survive JSON.parse. */
export function bodyOf(event: string, flags: Record<string, boolean>): string {
  const rest = Object.entries(flags).map(([name, value]) => `,${JSON.stringify(name)}:${value}`);
  return `{"event":${event}${rest.join('')}}`;
}

function whyMalformed(text: string): string | undefined {
  try {
    const value = JSON.parse(text) as Json;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? undefined : 'An event is a JSON object: { … }';
  } catch (error) {
    return `Not JSON yet: ${(error as Error).message}`;
  }
}
