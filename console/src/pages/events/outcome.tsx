import { Ban, Check, Clock, Copy, Inbox } from 'lucide-react';
import { Link } from 'wouter';
import type { EventTrail } from '../../api/types.ts';
import { eventHref, letterHref } from '../../lib/links.ts';
import { JsonView } from '../../ui/json-view.tsx';
import { Step } from './step.tsx';

/** Where the event is now. */
export function Outcome({ event }: { event: EventTrail }) {
  const { status, contract, dead_letter_id: letter } = event;
  switch (status) {
    case 'loaded':
      return <Step icon={Check} tone="loaded" title="Loaded" note={`unchanged, into ${contract}`} />;
    case 'repaired':
      return <Step icon={Check} tone="loaded" title="Loaded" note={`repaired, into ${contract}`} />;
    case 'duplicate':
      return <Duplicate event={event} />;
    case 'dead_letter':
      return (
        <Step icon={Inbox} tone="dead_letter" title="Dead letter" note="it waits for a person">
          {letter !== null && letter !== undefined && (
            <div>
              <Link href={letterHref(letter)} className="button button-primary">
                Settle it
              </Link>
            </div>
          )}
        </Step>
      );
    case 'discarded':
      return <Step icon={Ban} tone="duplicate" title="Discarded" note="by a person; it is kept on record" />;
    default:
      return <Step icon={Clock} tone="healing" title="On its way" note="the page follows it" />;
  }
}

function Duplicate({ event: { repeat } }: { event: EventTrail }) {
  const note = repeat?.replaced
    ? 'it was a row until a later event with its key took its place'
    : repeat?.changed
      ? 'another event with its key has the row, and this one says something else'
      : 'another event with its key has the row; no second one was made';
  return (
    <Step
      icon={Copy}
      tone="duplicate"
      title={repeat?.changed ? 'Changed duplicate' : 'Duplicate'}
      note={note}
    >
      {repeat?.of !== undefined && (
        <div>
          <Link href={eventHref(repeat.of)} className="button">
            The event that has the row
          </Link>
        </div>
      )}
      {repeat?.event !== undefined && (
        <JsonView value={repeat.event} label="What this event says, by column" />
      )}
    </Step>
  );
}
