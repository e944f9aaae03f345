import type { DeadLetterStore } from '../dead-letter/store.ts';
import type { OpenDestination, Table } from '../load/destination.ts';
import { openMain, queueIdOf } from '../load/open.ts';
import { Refused } from '../load/refused.ts';
import { type LoadStage, createLoadStage } from '../load/stage.ts';
import { StoreCheck, takeRestoreNote } from '../load/store-check.ts';
import type { Insight } from '../observe/insight.ts';
import { type Faults, unlessStopped } from '../runtime/stop-process.ts';
import type { PipelineParts } from './parts.ts';
import { WaitingTables } from '../load/waiting-tables.ts';
import { takeOverLetters } from './take-over.ts';

/** The main destination, open or to be opened, and the one order in which everything settles there. */
export interface Store {
  destination: OpenDestination;
  loading: LoadStage;
  waiting: WaitingTables;
  check: StoreCheck;
}

export async function openStore(
  { config, engine, log, consume }: PipelineParts,
  {
    tables,
    letters,
    insight,
    faults,
  }: { tables: readonly Table[]; letters: DeadLetterStore; insight: Insight; faults: Faults },
): Promise<Store> {
  const queueId = await queueIdOf(config);
  const loaderLog = log.child({ step: 'loader' });
  const check = new StoreCheck(
    engine.state,
    queueId,
    consume && config.engine.type === 'embedded' ? await takeRestoreNote(config.dataDir) : undefined,
    loaderLog,
  );
  const refused = new Refused();
  const destination = await openMain(config, tables, {
    mustBeThere: !consume,
    isKnown: await check.isKnown(),
    beforeTables: async (opened) => {
      if (consume) await check.lookForTables(opened);
    },
    onOpen: async (opened) => {
      if (consume) await check.begin(opened);
    },
    refused,
    log,
  });
  const loading = createLoadStage({
    destination,
    queueId,
    log: loaderLog,
    onFailure: (error) => insight.reports.failed('loader', error),
  });
  // In its turn, which is the first.
  if (consume) {
    const onBroken = unlessStopped(faults.onBroken);
    void loading
      .inTurn('the take-over of dead letters', () =>
        takeOverLetters({ state: engine.state, letters, destination, queueId, log }),
      )
      .catch(onBroken);
    loading.watch(onBroken);
  }
  const waiting = new WaitingTables({ loading, refused, log: loaderLog });
  return { destination, loading, waiting, check };
}
