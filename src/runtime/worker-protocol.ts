import type { MessagePort } from 'node:worker_threads';
import type { Config } from '../config/load.ts';
import type { Table } from '../load/destination.ts';
import type { Beat } from '../support/beat.ts';
import type { SharedNote } from '../support/shared-note.ts';

/** What the main thread hands to the pipeline's thread. */
export interface WorkerInput {
  config: Config;
  /** False: answer calls, but take no event from any queue. */
  consume: boolean;
  /** Names this thread's partitions in the engine. */
  writer: string;
  /** Shows the main thread that this one turns. */
  beat: Beat;
  /** The file of contracts whose code runs now. */
  reading: SharedNote;
  /** Faults of contracts end the start. Default: as the config says. */
  strict?: boolean;
  /** See `Project`. */
  setAside: ReadonlyMap<string, string>;
  /** See `DeadlyCode`. */
  apart: readonly string[];
  /** Takes the log lines of this thread, where somebody collects them. */
  logPort?: MessagePort;
  /** Takes the spans of this thread, while traces are exported. */
  spanPort?: MessagePort;
}

/**
 * What the worker says until it runs, or why it can't. `tables`: contracts and steps are read; it opens the stores when it is told
 * to go on.
 */
export type WorkerReport =
  { tables: Table[] } | { ready: true } | { ready: false; message: string; code: string | undefined };
/** Tells the thread to go on. */
export const goOn = 'go on';
