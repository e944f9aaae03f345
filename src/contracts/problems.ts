import { SentinelError } from '../model/errors.ts';
import { segmentsOf } from '../model/pointer.ts';

/** What is wrong with one file of contracts; the contracts of the other files go on without it. */
export interface ContractProblem {
  file: string;
  /** Of the fault, from 1, where it is known. */
  line?: number | undefined;
  /** What is wrong and what to do. */
  message: string;
  /** The contract, where the file got as far as to name it. */
  name?: string | undefined;
  version?: string | undefined;
}

/** What `loadContracts` does with problems. */
export interface ProblemOptions {
  /** Whether a problem ends the start. Default: true. */
  strict?: boolean;
  /** Gets each problem when it does not. */
  onProblem?: (problem: ContractProblem) => void;
  /** Gets what looks like a contract and is none, and what is read otherwise than its author may think. */
  onWarning?: (warning: ContractProblem) => void;
}

export const inWords = ({ file, line, message }: ContractProblem): string =>
  `${file}${line === undefined ? '' : `:${line}`}: ${message}`;

export function refusal(problems: readonly ContractProblem[]): SentinelError {
  const [first, ...others] = problems.map(inWords);
  const more = others.length === 0 ? '' : `\n${others.join('\n')}`;
  return new SentinelError('contract_invalid', `${first}${more}`);
}

/** The line of a fault that names a position, as those of JSON do. */
export function lineOfFault(text: string, fault: string): number | undefined {
  const position = /at position (\d+)/.exec(fault)?.[1];
  return position === undefined ? undefined : text.slice(0, Number(position)).split('\n').length;
}

/** The line where a schema seems to declare the field, for a person who is to change it. */
export function lineOfField(text: string, pointer: string): number | undefined {
  const name = segmentsOf(pointer).at(-1) ?? '';
  const at = text.split('\n').findIndex((line) => {
    const [before = '', after] = line.split(':', 2);
    return after !== undefined && before.trim().replace(/^["']|["']$/g, '') === name;
  });
  return at === -1 ? undefined : at + 1;
}
