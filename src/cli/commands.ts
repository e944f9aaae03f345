import { registerAudit } from './audit.ts';
import { registerBackup } from './backup/backup.ts';
import { registerRestore } from './backup/restore.ts';
import { registerBench } from './bench.ts';
import { registerCompletion } from './completion.ts';
import { registerContracts } from './contracts.ts';
import { registerDeadLetters } from './dead-letters.ts';
import { registerDev } from './dev.ts';
import { registerDoctor } from './doctor.ts';
import { registerErase } from './erase.ts';
import { registerExport, registerSnapshot } from './export.ts';
import { registerEvents } from './events.ts';
import { registerIngest } from './ingest.ts';
import { registerInit } from './project/init.ts';
import { registerKeys } from './keys.ts';
import { registerMigrate } from './migrate.ts';
import { registerQuery } from './query.ts';
import { registerAlerts } from './alerts.ts';
import { registerJobs } from './jobs.ts';
import { registerReplay } from './replay.ts';
import { registerRules } from './rules.ts';
import { registerSimulate } from './simulate.ts';
import { registerSources } from './sources.ts';
import { registerStart } from './start.ts';

/** In the order of the help. */
export const commands = [
  registerInit,
  registerStart,
  registerDev,
  registerIngest,
  registerEvents,
  registerContracts,
  registerRules,
  registerDeadLetters,
  registerReplay,
  registerJobs,
  registerAlerts,
  registerSimulate,
  registerQuery,
  registerExport,
  registerSnapshot,
  registerBackup,
  registerRestore,
  registerErase,
  registerKeys,
  registerAudit,
  registerSources,
  registerMigrate,
  registerBench,
  registerCompletion,
  registerDoctor,
];
