import { parseArgs } from 'node:util';

export const setNames = ['generated', 'natural', 'lives', 'adversary'] as const;
export type SetName = (typeof setNames)[number];

export interface Options {
  seed: string;
  sets: readonly SetName[];
  cases: number;
  /** A kind, or what it begins with. */
  kind?: string;
  healer?: string;
  llm: boolean;
  json?: string;
  failures: number;
  markdown: boolean;
  gate: boolean;
  /** Rules that are tried on other events, and on how many. */
  rules: number;
  eventsPerRule: number;
  /** Events of the simulated stream. */
  stream: number;
  senders: number;
  /** Senders whose later events are followed. */
  lives: number;
  decoys: number;
}

/** What the caller got wrong: said without a stack. */
export class UsageError extends Error {}

export const usage = `npm run bench:drift -- [options]

  --set NAME         generated, natural, lives, adversary, or several with commas (default all)
  --seed TEXT        all chance comes from it (default 2026)
  --cases N          about so many generated cases (default 2000)
  --kind NAME        only this kind of the generated (twin.exact), or all that begin so (rename)
  --healer FILE      a module that exports propose(failure, signal); default: the heuristics
  --llm              the LLM healer; OPENAI_REMEDIATION_MODEL, OPENAI_BASE_URL, OPENAI_API_KEY
  --failures N       prints so many cases that went wrong
  --markdown         prints the tables for docs/healing.md
  --json FILE        writes all figures and verdicts
  --gate             exit code 1 when the project's targets are missed
  --lives N          senders whose later events are followed, 50 of each (default 80)
  --decoys N         about so many decoys of the adversary (default 2500)
  --rules N          rules of generated cases tried on other events (default 40)
  --events-per-rule N  those events (default 100)
  --stream N         events of the simulated stream (default 2000), of --senders N (default 100)

Exit code 1 when a leaf was invented.`;

/** Undefined when help is asked for. Throws `UsageError`, or what `parseArgs` throws, for options that make no sense. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '2026' },
      set: { type: 'string', default: 'all' },
      cases: { type: 'string', default: '2000' },
      lives: { type: 'string', default: '80' },
      decoys: { type: 'string', default: '2500' },
      kind: { type: 'string' },
      healer: { type: 'string' },
      llm: { type: 'boolean', default: false },
      json: { type: 'string' },
      failures: { type: 'string', default: '0' },
      markdown: { type: 'boolean', default: false },
      gate: { type: 'boolean', default: false },
      rules: { type: 'string', default: '40' },
      'events-per-rule': { type: 'string', default: '100' },
      stream: { type: 'string', default: '2000' },
      senders: { type: 'string', default: '100' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const { seed, llm, markdown, gate, kind, healer, json } = values;
  return {
    seed,
    sets: setsOf(values.set),
    llm,
    markdown,
    gate,
    kind,
    healer,
    json,
    cases: wholeNumber('--cases', values.cases),
    failures: wholeNumber('--failures', values.failures),
    rules: wholeNumber('--rules', values.rules),
    eventsPerRule: wholeNumber('--events-per-rule', values['events-per-rule']),
    stream: wholeNumber('--stream', values.stream),
    senders: wholeNumber('--senders', values.senders),
    lives: wholeNumber('--lives', values.lives),
    decoys: wholeNumber('--decoys', values.decoys),
  };
}

function setsOf(text: string): readonly SetName[] {
  if (text === 'all') return setNames;
  const asked = text.split(',');
  const unknown = asked.find((name) => !(setNames as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw new UsageError(`--set must be all, or of ${setNames.join(', ')}; not ${JSON.stringify(unknown)}`);
  return setNames.filter((name) => asked.includes(name));
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,7}$/.test(text))
    throw new UsageError(`${name} must be a whole number, not ${JSON.stringify(text)}`);
  return Number(text);
}
