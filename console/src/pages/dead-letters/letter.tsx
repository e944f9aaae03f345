import { useMemo } from 'react';
import { Link, useParams } from 'wouter';
import { useApi } from '../../api/queries.ts';
import type { DeadLetter } from '../../api/types.ts';
import { shortId } from '../../lib/format.ts';
import { eventHref, groupHref } from '../../lib/links.ts';
import { AuditHistory } from '../../ui/audit-history.tsx';
import { Ago, Page } from '../../ui/basics.tsx';
import { Copy } from '../../ui/copy.tsx';
import { Load } from '../../ui/load.tsx';
import { Status } from '../../ui/status.tsx';
import { DiscardButton } from './discard.tsx';
import { LetterEditor } from './letter-editor.tsx';
import { SettledLetter } from './settled-letter.tsx';
import './dead-letters.css';

/** One dead letter: corrected here, for itself or for all that fail like it. */
export default function Letter() {
  const { id } = useParams<{ id: string }>();
  const query = useApi('GET /api/v1/dead-letters/{id}', { params: { id } });
  const contracts = useApi('GET /api/v1/contracts');
  const letter = query.data?.id === id ? query.data : undefined;
  const contract = useMemo(
    () =>
      contracts.data?.items.find(
        ({ name, version }) => name === letter?.contract && version === letter.version,
      ),
    [contracts.data, letter?.contract, letter?.version],
  );
  return (
    <Page
      title={letter === undefined ? 'Dead letter' : `Letter ${shortId(letter.id)}`}
      crumbs={
        <>
          <Link href="/dead-letters">Dead letters</Link>
          {letter !== undefined && (
            <>
              {' / '}
              <Link href={groupHref(letter)}>
                {letter.source} → {letter.contract} {letter.version}
              </Link>
            </>
          )}
        </>
      }
      lead={letter && <Lead letter={letter} />}
      actions={
        letter && (
          <>
            <Link href={eventHref(letter.request_id)} className="button">
              Whole trail
            </Link>
            {letter.status === 'open' && <DiscardButton letter={letter} />}
          </>
        )
      }
    >
      <Load query={{ ...query, data: letter }} height={400}>
        {(letter) =>
          letter.status === 'open' ? (
            <LetterEditor key={letter.id} letter={letter} contract={contract} />
          ) : (
            <SettledLetter letter={letter} />
          )
        }
      </Load>
      {letter !== undefined && <AuditHistory target={letter.id} />}
    </Page>
  );
}

function Lead({ letter }: { letter: DeadLetter }) {
  return (
    <span className="row">
      <Status of={letter.status} />
      <span>
        received <Ago at={letter.received_at} />
        {letter.replays > 0 && `, replayed ${letter.replays}×`}
      </span>
      <Copy text={letter.id} label="the letter’s id" />
    </span>
  );
}
