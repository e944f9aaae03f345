import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { QueryParameter } from './bigquery/sql.ts';
import {
  type Answer,
  ApiFailure,
  type Field,
  type Store,
  type TableResource,
  openStore,
} from './bigquery/store.ts';

/**
 * A server on loopback that speaks as much of BigQuery's REST protocol as our destination uses: tokens, datasets, tables,
 * load jobs by multipart upload, query jobs and their results. Statements are run, on an in-process DuckDB, with
 * BigQuery's rules for names, types, partitions and clustering where they matter. It is not BigQuery: how that parses
 * SQL, plans and counts its quotas is not to be learned here.
 */
export interface BigQueryServer {
  url: string;
  /** A file for GOOGLE_APPLICATION_CREDENTIALS: an identity of elsewhere, for which the server gives tokens. */
  credentials: string;
  store: Store;
  /** Every script that was run, in order. */
  scripts: string[];
  /** The next calls of a kind go wrong: the job fails, the call fails, or it is done and the answer is lost. */
  fail(kind: 'query' | 'load' | 'table', how: Fault, times?: number, match?: RegExp): void;
  close(): Promise<void>;
}

export type Fault = 'lost' | { status?: number; reason: string; message?: string };

interface PlannedFault {
  kind: string;
  how: Fault;
  left: number;
  match: RegExp | undefined;
}

interface Job {
  answer: Answer;
  error?: ApiFailure;
  resource: object;
}

export async function startBigQueryServer(): Promise<BigQueryServer> {
  const store = await openStore();
  const folder = await mkdtemp(join(tmpdir(), 'sentinel-bq-login-'));
  const jobs = new Map<string, Job>();
  const faults: PlannedFault[] = [];
  const scripts: string[] = [];
  const token = crypto.randomUUID();

  function takeFault(kind: string, text: string): Fault | undefined {
    const fault = faults.find((one) => one.kind === kind && one.left > 0 && one.match?.test(text) !== false);
    if (fault !== undefined) fault.left--;
    return fault?.how;
  }

  /** Does the work of a job; its own failure is the job's, and not the call's. */
  async function runJob(
    reference: { jobId: string; projectId: string },
    kind: 'query' | 'load',
    text: string,
    work: () => Promise<Answer>,
    configuration: object,
  ): Promise<object> {
    if (jobs.has(reference.jobId))
      throw new ApiFailure(409, 'duplicate', `Already Exists: Job ${reference.jobId}`);
    const fault = takeFault(kind, text);
    if (fault !== undefined && fault !== 'lost' && fault.status !== undefined)
      throw new ApiFailure(fault.status, fault.reason, fault.message ?? fault.reason);
    const job: Job = { answer: { fields: [], rows: [] }, resource: {} };
    jobs.set(reference.jobId, job);
    try {
      if (fault !== undefined && fault !== 'lost')
        throw new ApiFailure(400, fault.reason, fault.message ?? fault.reason);
      job.answer = await work();
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      job.error = error;
    }
    const errorResult = job.error && { reason: job.error.reason, message: job.error.message };
    job.resource = {
      kind: 'bigquery#job',
      id: `${reference.projectId}:US.${reference.jobId}`,
      jobReference: { ...reference, location: 'US' },
      configuration,
      status: { state: 'DONE', ...(errorResult && { errorResult, errors: [errorResult] }) },
    };
    if (fault === 'lost') throw new Lost();
    return job.resource;
  }

  async function load(request: IncomingMessage): Promise<object> {
    const body = (await buffer(request)).toString();
    const boundary = /boundary=([^;]+)/.exec(request.headers['content-type'] ?? '')?.[1];
    if (boundary === undefined) throw new ApiFailure(400, 'invalid', 'a multipart upload is expected');
    const parts = body
      .split(`--${boundary}`)
      .slice(1, -1)
      .map((part) => part.slice(part.indexOf('\r\n\r\n') + 4).replace(/\r\n$/, ''));
    const metadata = JSON.parse(parts[0]!) as {
      jobReference: { jobId: string; projectId: string };
      configuration: {
        load: {
          destinationTable: { datasetId: string; tableId: string };
          schema: { fields: Field[] };
          sourceFormat: string;
          writeDisposition: string;
        };
      };
    };
    const { destinationTable: to, schema, sourceFormat, writeDisposition } = metadata.configuration.load;
    if (sourceFormat !== 'NEWLINE_DELIMITED_JSON')
      throw new ApiFailure(400, 'invalid', `unknown format ${sourceFormat}`);
    const truncate = writeDisposition === 'WRITE_TRUNCATE';
    return runJob(
      metadata.jobReference,
      'load',
      to.tableId,
      async () => {
        await store.load(to.datasetId, to.tableId, parts[1]!, schema.fields, truncate);
        return { fields: [], rows: [] };
      },
      metadata.configuration,
    );
  }

  async function query(body: QueryJob): Promise<object> {
    const { query: sql, queryParameters = [], useLegacySql } = body.configuration.query;
    if (useLegacySql !== false) throw new ApiFailure(400, 'invalid', 'legacy SQL is not spoken here');
    scripts.push(sql);
    return runJob(body.jobReference, 'query', sql, () => store.run(sql, queryParameters), body.configuration);
  }

  function results(jobId: string): object {
    const job = jobs.get(jobId);
    if (job === undefined) throw new ApiFailure(404, 'notFound', `Not found: Job ${jobId}`);
    if (job.error !== undefined) throw job.error;
    const { fields, rows } = job.answer;
    return {
      kind: 'bigquery#getQueryResultsResponse',
      jobReference: { jobId, projectId: 'test', location: 'US' },
      jobComplete: true,
      totalRows: String(rows.length),
      schema: { fields: fields.map(({ name }) => ({ name, type: 'STRING' })) },
      rows: rows.map((row) => ({ f: row.map((v) => ({ v })) })),
    };
  }

  async function tables(
    method: string,
    dataset: string,
    table: string | undefined,
    body: unknown,
  ): Promise<object> {
    const fault = takeFault('table', table ?? '');
    if (fault !== undefined && fault !== 'lost')
      throw new ApiFailure(fault.status ?? 500, fault.reason, fault.message ?? fault.reason);
    const resource = body as TableResource & { tableReference?: { tableId: string } };
    if (method === 'POST') {
      await store.create(dataset, resource.tableReference!.tableId, resource);
      if (fault === 'lost') throw new Lost();
      return resource;
    }
    if (method === 'PATCH') await store.addFields(dataset, table!, resource.schema.fields);
    if (method === 'DELETE') await store.remove(dataset, table!);
    return method === 'DELETE' ? {} : store.find(dataset, table!);
  }

  async function route(request: IncomingMessage): Promise<object> {
    const { pathname } = new URL(request.url!, 'http://localhost');
    const { method = 'GET' } = request;
    if (pathname === '/sts')
      return {
        access_token: token,
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        token_type: 'Bearer',
        expires_in: 3600,
      };
    if (request.headers.authorization !== `Bearer ${token}`)
      throw new ApiFailure(401, 'authError', 'Request had invalid authentication credentials.');
    if (/^\/upload\/bigquery\/v2\/projects\/test\/jobs$/.test(pathname)) return load(request);
    const text = (await buffer(request)).toString();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const path = pathname.replace('/bigquery/v2/projects/test', '');
    const [, kind, first, below, second] = path.split('/');
    if (kind === 'jobs' && method === 'POST') return query(body as QueryJob);
    if (kind === 'jobs') {
      const job = jobs.get(first!);
      if (job === undefined) throw new ApiFailure(404, 'notFound', `Not found: Job ${first}`);
      return job.resource;
    }
    if (kind === 'queries') return results(first!);
    if (kind === 'datasets' && below === 'tables') return tables(method, first!, second, body);
    if (kind === 'datasets' && method === 'POST') {
      const { datasetId } = (body as { datasetReference: { datasetId: string } }).datasetReference;
      await store.createDataset(datasetId);
      return { datasetReference: { datasetId } };
    }
    if (kind === 'datasets' && store.hasDataset(first!)) return { datasetReference: { datasetId: first } };
    throw new ApiFailure(404, 'notFound', `Not found: ${path}`);
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const send = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    route(request).then(
      (body) => send(200, body),
      (error: unknown) => {
        if (error instanceof Lost) return request.socket.destroy();
        const { status, reason, message } =
          error instanceof ApiFailure ? error : new ApiFailure(500, 'internalError', String(error));
        return send(status, { error: { code: status, message, errors: [{ reason, message }] } });
      },
    );
  }

  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [subject, credentials] = [join(folder, 'subject'), join(folder, 'credentials.json')];
  await writeFile(subject, 'a token of another identity provider');
  await writeFile(
    credentials,
    JSON.stringify({
      type: 'external_account',
      audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: `${url}/sts`,
      credential_source: { file: subject },
    }),
  );
  return {
    url,
    credentials,
    store,
    scripts,
    fail: (kind, how, times = 1, match) => void faults.push({ kind, how, left: times, match }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** The work is done, and the connection breaks. */
class Lost extends Error {}

interface QueryJob {
  jobReference: { jobId: string; projectId: string };
  configuration: { query: { query: string; queryParameters?: QueryParameter[]; useLegacySql?: boolean } };
}
