import { type Sample, metricText } from '../../observe/exposition.ts';
import { type DeadLetter, deadLetterId } from '../../model/dead-letter.ts';
import type { LoadedEvent } from '../../model/loaded-event.ts';
import type { Opened } from './opening.ts';
import type { CopyFeed } from './feed.ts';
import { CopyReader, type CopyReaderDeps, type CopyStatus } from './reader.ts';

/** The further destinations, together. */
export interface Copies {
  status(): CopyStatus[];
  /** Each as it is now; undefined while it is out of reach. */
  reached(): { name: string; reached: Opened | undefined }[];
  /** How the copies of a loaded event ended, by the name of the destination. */
  find(event: { requestId: string; contract: string; source: string }): Promise<Record<string, CopyOutcome>>;
  /** Prometheus text. */
  metrics(): string;
  stop(): Promise<void>;
}

/** `unknown`: the destination is out of reach. */
export type CopyOutcome =
  | { status: 'pending' | 'unknown' }
  | { status: LoadedEvent['status'] }
  | { status: 'dead_letter' | 'discarded'; dead_letter_id: string };

/** A person waits for the answer. */
const patienceMs = 2000;

export async function startCopies(feed: CopyFeed | undefined, deps: CopyReaderDeps): Promise<Copies> {
  const readers: CopyReader[] = [];
  for (const which of deps.config.destinations) readers.push(await CopyReader.start(which, deps));
  const { letters } = deps;

  async function findIn(reader: CopyReader, requestId: string): Promise<CopyOutcome> {
    const letter = await letters.get(deadLetterId({ request_id: requestId, destination: reader.name }));
    if (letter !== undefined && letter.status !== 'replayed') return outcomeOf(letter);
    const found = await Promise.race([
      reader.find(requestId).catch(() => 'unknown' as const),
      new Promise<'unknown'>((resolve) => setTimeout(resolve, patienceMs, 'unknown').unref()),
    ]);
    if (found === 'unknown') return { status: 'unknown' };
    // The copy is in the topic, or the event is a dead letter of the main destination.
    if (found === undefined) return { status: 'pending' };
    return { status: found.status };
  }

  return {
    status: () => readers.map((reader) => reader.status()),
    reached: () => readers.map((reader) => ({ name: reader.name, reached: reader.reached })),
    async find({ requestId, contract, source }) {
      const takers = new Set(feed?.takers(contract, source));
      const asked = readers.filter(({ name }) => takers.has(name));
      const outcomes = await Promise.all(asked.map((reader) => findIn(reader, requestId)));
      return Object.fromEntries(asked.map(({ name }, i) => [name, outcomes[i]!]));
    },
    metrics: () => metricsOf(readers),
    stop: async () => void (await Promise.all(readers.map((reader) => reader.stop()))),
  };
}

function outcomeOf({ id, status }: DeadLetter): CopyOutcome {
  if (status === 'replaying' || status === 'replayed') return { status: 'pending' };
  return { status: status === 'discarded' ? 'discarded' : 'dead_letter', dead_letter_id: id };
}

function metricsOf(readers: readonly CopyReader[]): string {
  if (readers.length === 0) return '';
  const samples = readers.flatMap((reader) => {
    const { name: destination, counts } = reader.status();
    return Object.entries(counts).map(([status, count]): Sample => [{ destination, status }, count]);
  });
  return metricText(events, samples);
}

const events = {
  name: 'sentinel_destination_events_total',
  type: 'counter',
  help: 'Events by outcome in a further destination, since the process started',
} as const;
