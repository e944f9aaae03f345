import { SentinelError } from '../model/errors.ts';
import type { ServerContext } from './context.ts';

export interface MetricsPage {
  /** Media type. */
  type: string;
  text(): Promise<string>;
}

export type Measured = Pick<
  ServerContext,
  'config' | 'engine' | 'deadLetters' | 'pipeline' | 'ingest' | 'bridge'
>;

/** The metrics of this process and of its pipeline, in the text format of Prometheus; what makes them is loaded at the first look. */
export function createMetricsPage(parts: Measured): MetricsPage {
  let loaded: Promise<{ metrics(): Promise<string> }> | undefined;
  const registry = () =>
    (loaded ??= import('./registry.ts').then(({ createRegistry }) => createRegistry(parts)));
  return {
    type: 'text/plain; version=0.0.4; charset=utf-8',
    async text() {
      const [own, fromPipeline] = await Promise.all([
        registry().then((each) => each.metrics()),
        unlessBusy(parts.pipeline.metrics()),
      ]);
      return own + (fromPipeline ?? '');
    },
  };
}

/** Undefined while the pipeline stands still. */
export const unlessBusy = <T>(answer: Promise<T>): Promise<T | undefined> =>
  answer.catch((error: unknown) => {
    if (error instanceof SentinelError && error.code === 'pipeline_busy') return undefined;
    throw error;
  });
