import { z } from 'zod';
import { variable } from '../../../config/environment.ts';
import { text, wholeNumber } from '../../../config/fields.ts';
import type { ConfigPlace } from '../../adapter.ts';

export interface BigQueryConfig {
  type: 'bigquery';
  dataset: string;
  /** By default that of the credentials. */
  project?: string;
  location?: string;
  /** A file with credentials; by default what Google's libraries find. From GOOGLE_APPLICATION_CREDENTIALS. */
  credentialsFile?: string;
  /** Seconds between two loads, which each cost money. */
  loadIntervalSeconds: number;
  /** Another server that speaks BigQuery's REST protocol, for tests. */
  apiEndpoint?: string;
  /** After so many days BigQuery drops a day's rows; never by default. */
  partitionExpirationDays?: number;
  /** How many days back a load looks for events with the same key; without limit by default. */
  lookBackDays?: number;
}

export const settings = z.object({
  dataset: text('the name of a dataset', /^\w{1,1024}$/).meta({ sample: 'events' }),
  project: text('the id of a Google Cloud project', /^[a-z][a-z0-9.:-]{1,99}$/)
    .optional()
    .meta({ sample: 'my-project', description: 'default: that of the credentials' }),
  location: text('a location such as EU or europe-west3', /^[\w-]{1,40}$/)
    .optional()
    .meta({ sample: 'EU' }),
  load_interval_seconds: wholeNumber(1, 3600).default(60),
  partition_expiration_days: wholeNumber(1, 36_500)
    .optional()
    .meta({ sample: '400', description: 'never by default' }),
  look_back_days: wholeNumber(1, 36_500)
    .optional()
    .meta({ sample: '30', description: 'how far back keys are looked for; without limit by default' }),
  api_endpoint: text('a URL that starts with http:// or https://', /^https?:\/\/\S+$/)
    .optional()
    .meta({ sample: 'http://127.0.0.1:9050', description: 'another server that speaks its REST protocol' }),
});

export function configure(given: z.output<typeof settings>, { env }: ConfigPlace): BigQueryConfig {
  return {
    type: 'bigquery',
    dataset: given.dataset,
    project: given.project,
    location: given.location,
    credentialsFile: variable(env, 'GOOGLE_APPLICATION_CREDENTIALS'),
    loadIntervalSeconds: given.load_interval_seconds,
    apiEndpoint: given.api_endpoint,
    partitionExpirationDays: given.partition_expiration_days,
    lookBackDays: given.look_back_days,
  };
}
