import type { DeadLetter, Json } from '../../api/types.ts';
import { shortId } from '../../lib/format.ts';
import { letterHref } from '../../lib/links.ts';
import { pathInWords, valueAt } from '../../lib/pointer.ts';
import { Ago } from '../../ui/basics.tsx';
import { Status } from '../../ui/status.tsx';
import type { Column } from '../../ui/table.tsx';
import { failureInWords } from '../../ui/violations.tsx';

const id: Column<DeadLetter> = {
  header: 'Letter',
  width: '136px',
  cell: ({ id }) => <span className="mono">{shortId(id)}</span>,
};
const origin: Column<DeadLetter> = {
  header: 'Source → contract',
  width: 'minmax(0, 1.4fr)',
  phone: 'wide',
  cell: ({ source, contract }) => (
    <span className="muted">
      {source} → {contract}
    </span>
  ),
};
const failure: Column<DeadLetter> = {
  header: 'What is wrong',
  width: 'minmax(0, 3fr)',
  phone: 'wide',
  cell: (letter) => failureInWords(letter),
};
const event: Column<DeadLetter> = {
  header: 'Event',
  width: 'minmax(0, 4fr)',
  phone: 'wide',
  cell: ({ raw }) => <code className="raw-line truncate">{raw.slice(0, 400)}</code>,
};
const replays: Column<DeadLetter> = {
  header: 'Replays',
  width: '64px',
  end: true,
  phone: 'hide',
  cell: ({ replays }) => replays,
};
const received: Column<DeadLetter> = {
  header: 'Received',
  width: '88px',
  end: true,
  cell: ({ received_at: at }) => <Ago at={at} />,
};
const status: Column<DeadLetter> = {
  header: 'Status',
  width: '106px',
  cell: ({ status }) => <Status of={status} />,
};

export const lettersOfAll = [id, status, failure, origin, received];
/** Made once: a function of its own for each render would make all rows anew. */
export const keyOfLetter = ({ id }: DeadLetter): string => id;
export const hrefOfLetter = ({ id }: DeadLetter): string => letterHref(id);

/** All of a group fail alike, so what the failing fields hold tells more. */
export function lettersOfGroup(paths: readonly string[]): Column<DeadLetter>[] {
  const fields = paths.map((path): Column<DeadLetter> => ({
    header: pathInWords(path),
    width: 'minmax(0, 1.4fr)',
    phone: 'label',
    cell: ({ event }) => <FailingValue of={valueAt(event, path)} />,
  }));
  return [id, ...fields, event, replays, received];
}

function FailingValue({ of: value }: { of: Json | undefined }) {
  if (value === undefined) return <span className="muted">missing</span>;
  const text = JSON.stringify(value).slice(0, 400);
  return (
    <code className="raw-line truncate" title={text}>
      {text}
    </code>
  );
}
