import type { Command } from 'commander';
import type { Io, Outcome } from './io.ts';

/** Adds a command to the program. */
export type Register = (program: Command, io: Io, outcome: Outcome) => void;

/**
 * All commands, in the order of the help. Each is loaded when it is asked for: the code of all takes longer to load than most of
 * them take.
 */
export const commands: Record<string, () => Promise<Register>> = {
  init: async () => (await import('./project/init.ts')).registerInit,
  start: async () => (await import('./start.ts')).registerStart,
  dev: async () => (await import('./dev.ts')).registerDev,
  ingest: async () => (await import('./ingest.ts')).registerIngest,
  events: async () => (await import('./events.ts')).registerEvents,
  contracts: async () => (await import('./contracts.ts')).registerContracts,
  rules: async () => (await import('./rules.ts')).registerRules,
  'dead-letters': async () => (await import('./dead-letters.ts')).registerDeadLetters,
  replay: async () => (await import('./replay.ts')).registerReplay,
  jobs: async () => (await import('./jobs.ts')).registerJobs,
  alerts: async () => (await import('./alerts.ts')).registerAlerts,
  simulate: async () => (await import('./simulate.ts')).registerSimulate,
  query: async () => (await import('./query.ts')).registerQuery,
  export: async () => (await import('./export.ts')).registerExport,
  snapshot: async () => (await import('./export.ts')).registerSnapshot,
  backup: async () => (await import('./backup/backup.ts')).registerBackup,
  restore: async () => (await import('./backup/restore.ts')).registerRestore,
  erase: async () => (await import('./erase.ts')).registerErase,
  keys: async () => (await import('./keys.ts')).registerKeys,
  audit: async () => (await import('./audit.ts')).registerAudit,
  sources: async () => (await import('./sources.ts')).registerSources,
  migrate: async () => (await import('./migrate.ts')).registerMigrate,
  bench: async () => (await import('./bench.ts')).registerBench,
  completion: async () => (await import('./completion.ts')).registerCompletion,
  doctor: async () => (await import('./doctor.ts')).registerDoctor,
};
