import { Activity, Inbox } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useApi } from '../api/queries.ts';
import type { DeadLetter, EventItem } from '../api/types.ts';
import { ago, shortId } from '../lib/format.ts';
import { eventHref, letterHref } from '../lib/links.ts';
import { lookOf } from '../ui/status.tsx';
import { failureInWords } from '../ui/violations.tsx';

const restMs = 250;
const shown = 5;
const leastCharacters = 3;

export interface Found {
  key: string;
  label: string;
  hint: string;
  icon: typeof Activity;
  href: string;
}

/** Events of this id (an order number, an event id), and open dead letters that hold the text. */
export function useFound(text: string): Found[] {
  const sought = useRested(text);
  const enabled = sought.length >= leastCharacters;
  const letters = useApi('GET /api/v1/dead-letters', { query: { q: sought, limit: shown }, enabled });
  const events = useApi('GET /api/v1/events', { query: { q: sought, limit: shown }, enabled });
  // What was found for another text is not shown for this one.
  if (!enabled || sought !== text) return [];
  return [
    ...(events.isPlaceholderData
      ? []
      : (events.data?.items ?? []).filter(({ status }) => status !== 'dead_letter').map(eventOf)),
    ...(letters.isPlaceholderData ? [] : (letters.data?.items ?? []).map(letterOf)),
  ];
}

function useRested(text: string): string {
  const [rested, setRested] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), restMs);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
}

const eventOf = ({ request_id: id, status, source, contract, received_at: at }: EventItem): Found => ({
  key: `event ${id}`,
  label: `${source ?? 'unknown'} → ${contract ?? 'unknown'}, event ${shortId(id)}`,
  hint: `${lookOf(status).label.toLowerCase()} ${ago(at)}`,
  icon: Activity,
  href: eventHref(id),
});

const letterOf = (letter: DeadLetter): Found => ({
  key: `letter ${letter.id}`,
  label: `${letter.source} → ${letter.contract}: ${failureInWords(letter)}`,
  hint: `dead letter ${ago(letter.received_at)}`,
  icon: Inbox,
  href: letterHref(letter.id),
});
