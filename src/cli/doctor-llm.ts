import { readEnvironment, variable } from '../config/environment.ts';
import type { Config } from '../config/load.ts';
import { messageOf } from '../model/errors.ts';
import type { Finding } from './doctor-finding.ts';
import type { Io } from './io.ts';

/** Asks the LLM's server for its models, which costs nothing. */
export async function checkLlm(config: Config, io: Io): Promise<Finding> {
  const { openai } = config.healing;
  if (!openai) return notConfigured(io);
  const base = (openai.baseUrl ?? 'https://api.openai.com/v1').replace(/\/+$/, '');
  const response = await fetch(`${base}/models`, {
    headers: { authorization: `Bearer ${openai.apiKey}` },
    signal: AbortSignal.timeout(5000),
  }).catch((error: unknown) => {
    throw new Error(`${base} can't be reached: ${messageOf((error as Error).cause ?? error)}`);
  });
  if (response.ok) return checkModel(openai.model, base, await response.text());
  if (response.status === 401 || response.status === 403) {
    return {
      status: 'fail',
      found: `${base} refuses the key (${response.status})`,
      fix: 'set OPENAI_API_KEY',
    };
  }
  // Not every compatible server lists its models.
  return {
    status: 'warn',
    found: `${base} answers ${response.status} to /models`,
    fix: 'check OPENAI_BASE_URL; it usually ends in /v1',
  };
}

/** A misspelt model is found here and not by the first event that fails. */
function checkModel(model: string, base: string, body: string): Finding {
  const names = modelNames(body);
  if (names === undefined)
    return {
      status: 'warn',
      found: `${base} answers /models with something that is no list of models`,
      fix: 'check OPENAI_BASE_URL; it usually ends in /v1',
    };
  // Ollama lists `llama3.1` as `llama3.1:latest`.
  if (names.includes(model) || names.includes(`${model}:latest`))
    return { status: 'ok', found: `${model} at ${base}` };
  const some = names.slice(0, 8).join(', ');
  return {
    status: 'warn',
    found: `${base} does not list the model ${model}; it has ${some === '' ? 'none' : some}${names.length > 8 ? ', …' : ''}`,
    fix: 'set OPENAI_REMEDIATION_MODEL to one that it has',
  };
}

function modelNames(body: string): string[] | undefined {
  try {
    const { data } = JSON.parse(body) as { data?: { id?: unknown }[] };
    return data?.flatMap(({ id }) => (typeof id === 'string' ? [id] : []));
  } catch {
    return undefined;
  }
}

function notConfigured(io: Io): Finding {
  const env = readEnvironment(io.cwd, io.env);
  const half = ['OPENAI_API_KEY', 'OPENAI_BASE_URL'].find((name) => variable(env, name) !== undefined);
  if (half === undefined)
    return { status: 'ok', found: 'not configured; repairs come from rules and heuristics' };
  return { status: 'warn', found: `${half} is set, but no model`, fix: 'set OPENAI_REMEDIATION_MODEL' };
}
