import { SentinelError } from '../model/errors.ts';

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
