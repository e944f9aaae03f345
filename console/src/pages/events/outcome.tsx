import { Ban, Check, Clock, Copy, Inbox } from 'lucide-react';
import { Link } from 'wouter';
import type { EventTrail } from '../../api/types.ts';
import { letterHref } from '../../lib/links.ts';
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
      return (
        <Step
          icon={Copy}
          tone="duplicate"
          title="Duplicate"
          note="a row with the same key is in the destination already; no second one was made"
        />
      );
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
