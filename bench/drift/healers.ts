import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { heuristicsHealer } from '../../src/repair/healers/heuristics/index.ts';
import type { BenchHealer } from './judge.ts';
import { type Options, UsageError } from './options.ts';

/** The healer that the command line asks for, and its name for the report. Throws `UsageError` when there is none. */
export async function chosenHealer(options: Options): Promise<{ name: string; healer: BenchHealer }> {
  if (options.healer !== undefined) return { name: options.healer, healer: await fromModule(options.healer) };
  if (!options.llm) return { name: 'heuristics', healer: heuristicsHealer() };

  const { OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_REMEDIATION_MODEL: model } = process.env;
  if (model === undefined || (OPENAI_API_KEY === undefined && OPENAI_BASE_URL === undefined))
    throw new UsageError('--llm needs OPENAI_REMEDIATION_MODEL, and OPENAI_API_KEY or OPENAI_BASE_URL');
  const { llmHealer } = await import('../../src/repair/healers/llm/index.ts');
  const healer = llmHealer({
    openai: {
      apiKey: OPENAI_API_KEY ?? 'not-needed',
      baseUrl: OPENAI_BASE_URL,
      model,
    },
    temperature: 0.1,
    maxAttempts: 3,
    timeoutMs: 60_000,
    maxCallsPerHour: Number.MAX_SAFE_INTEGER,
    maxTokensPerHour: Number.MAX_SAFE_INTEGER,
    shareValues: false,
    secondLook: true,
    breakerPauseMs: 30_000,
  });
  return { name: model, healer };
}

async function fromModule(file: string): Promise<BenchHealer> {
  const loaded = (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>;
  const { propose } = loaded;
  if (typeof propose !== 'function') throw new UsageError(`${file} exports no function \`propose\``);
  return { propose: propose as BenchHealer['propose'] };
}
