import { alertRoutes } from './routes/alerts.ts';
import { auditRoutes } from './routes/audit.ts';
import { consumerRoutes } from './routes/consumers.ts';
import { contractRoutes } from './routes/contracts.ts';
import { correctionRoutes } from './routes/corrections.ts';
import { deadLetterDiscardRoutes, deadLetterEditRoutes, deadLetterRoutes } from './routes/dead-letters.ts';
import { eraseRoutes } from './routes/erase.ts';
import { eventRoutes } from './routes/events.ts';
import { backupRoutes, exportRoutes } from './routes/exports.ts';
import { flowActivityRoutes } from './routes/flow-activity.ts';
import { healingRoutes } from './routes/healing.ts';
import { statsRoutes } from './routes/stats.ts';
import { jobRoutes } from './routes/jobs.ts';
import { keyRoutes } from './routes/keys.ts';
import { logRoutes } from './routes/logs.ts';
import { queryRoutes } from './routes/query.ts';
import { repairRoutes } from './routes/repairs.ts';
import { ruleRoutes } from './routes/rules.ts';
import { documentRoutes, healthRoutes, ingestRoutes } from './routes/service.ts';
import { sourceRoutes } from './routes/sources.ts';
import { stateRoutes } from './routes/state.ts';

/** The whole API, by the headings of its reference. */
export const groups = {
  Ingest: ingestRoutes,
  Events: eventRoutes,
  'Dead letters': {
    ...deadLetterRoutes,
    ...deadLetterEditRoutes,
    ...correctionRoutes,
    ...deadLetterDiscardRoutes,
  },
  Jobs: jobRoutes,
  Alerts: alertRoutes,
  'Rules and repairs': { ...ruleRoutes, ...repairRoutes },
  Healing: healingRoutes,
  Sources: sourceRoutes,
  'Contracts and flow': { ...contractRoutes, ...flowActivityRoutes },
  'Counters, history and logs': { ...statsRoutes, ...logRoutes },
  'Queues and state': { ...consumerRoutes, ...stateRoutes },
  Query: queryRoutes,
  'Exports and copies': { ...exportRoutes, ...backupRoutes },
  Erasure: eraseRoutes,
  'Keys and audit': { ...keyRoutes, ...auditRoutes },
  Service: { ...healthRoutes, ...documentRoutes },
};

type Groups = typeof groups;
type AllOf<U> = (U extends unknown ? (part: U) => void : never) extends (all: infer I) => void ? I : never;
/** Every route by its key, `GET /api/v1/rules`. */
export type Api = AllOf<Groups[keyof Groups]>;
export const api = Object.assign({}, ...Object.values(groups)) as Api;
