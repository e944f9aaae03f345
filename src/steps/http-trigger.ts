import { validateHeaderName, validateHeaderValue } from 'node:http';
import { isObject } from '../model/json.ts';
import type { Logger } from '../support/log.ts';
import type { ContextFactory } from './context.ts';
import type { StepReports } from './reports.ts';
import type { HttpInput, HttpMethod, HttpReply, StepModule } from './step.ts';

/** A route that the server mounts. `handle` never rejects. */
export interface StepRoute {
  step: string;
  method: HttpMethod;
  /** With parameters as `:name`. */
  path: string;
  /** Whose requests it takes, by the settings. */
  source?: string;
  handle: (request: StepRequest) => Promise<HttpReply>;
}

/** A request on its way to the step's thread or process: the bytes of the body in base64. */
export type StepRequest = Omit<HttpInput, 'rawBody'> & { rawBody: string };

/** The step's HTTP triggers as routes. A handler that throws is logged and answered with 500. */
export function httpRoutes(
  step: StepModule,
  deps: { log: Logger; context: ContextFactory; activity?: StepReports },
): StepRoute[] {
  const { name } = step.config;
  return step.config.triggers.flatMap((trigger) => {
    if (trigger.type !== 'http') return [];
    const { method, path, source } = trigger;
    const handle = async ({ rawBody, ...request }: StepRequest): Promise<HttpReply> => {
      try {
        const input: HttpInput = { ...request, rawBody: Buffer.from(rawBody, 'base64') };
        const reply = toReply(await step.handler(input, deps.context({ trigger, attempt: 1 })));
        deps.activity?.handled(name, 1);
        return reply;
      } catch (error) {
        deps.activity?.failed(name, error);
        deps.log.error({ status: 'failed', step: name, method, path, err: error }, 'step failed');
        return failed(name);
      }
    };
    return [{ step: name, method, path, source, handle }];
  });
}

function toReply(returned: unknown): HttpReply {
  if (returned === undefined) return { status: 204 };
  if (!isObject(returned)) throw new TypeError('An HTTP step returns nothing, or {status, body, headers}.');
  const { status, body, headers = {} } = returned as Partial<HttpReply>;
  if (!Number.isInteger(status) || status! < 200 || status! > 599)
    throw new TypeError('The status of what an HTTP step returns is a number from 200 to 599.');
  if (!isObject(headers)) throw new TypeError('The headers of what an HTTP step returns are an object.');
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  }
  // What is no JSON (a BigInt, a circle) is the step's fault, and not the server's.
  if (JSON.stringify(body) === undefined && body !== undefined)
    throw new TypeError('The body of what an HTTP step returns is JSON.');
  return returned as unknown as HttpReply;
}

const failed = (step: string): HttpReply => ({
  status: 500,
  headers: { 'content-type': 'application/problem+json' },
  body: {
    type: 'urn:data-sentinel:problem:step_failed',
    title: 'Step failed',
    status: 500,
    detail: `See the log of step ${step}.`,
  },
});
