import { type ChildProcess, fork } from 'node:child_process';
import { packNumbers, unpackNumbers } from '../../model/exact-messages.ts';
import { builtFile } from '../../support/package-folder.ts';
import type { ContractSources } from './judging.ts';
import type { Answer, Question } from './question.ts';
import type { Asked } from './thread.ts';

const mostMemoryMb = 512;

type Message = { isOpen: true } | { stray: string } | { answer: unknown };

/** A process that holds nothing but contracts: what their code does there, nothing else dies of. Asked one question at a time. */
export class JudgeProcess {
  /** Contracts that it has compiled, which takes a while with the first event. */
  readonly used = new Set<string>();
  readonly #child: ChildProcess;
  #isOver = false;
  #hasDied = false;
  #onAnswer: ((answer: unknown) => void) | undefined;
  #onOver: (() => void) | undefined;
  readonly #opened: Promise<void>;

  /** `onStray` is told the name of what the code of a contract threw after it had answered. */
  constructor(given: ContractSources, onStray: (name: string) => void) {
    this.#child = fork(builtFile('judge-process'), [], {
      serialization: 'advanced',
      execArgv: [`--max-old-space-size=${mostMemoryMb}`],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#child.unref();
    this.#child.channel?.unref();
    let opened: () => void;
    this.#opened = new Promise((resolve) => (opened = resolve));
    this.#child.on('message', (message: Message) => {
      if ('stray' in message) onStray(message.stray);
      else if ('isOpen' in message) opened();
      else this.#onAnswer?.(message.answer);
    });
    const over = (): void => {
      this.#hasDied ||= !this.#isOver;
      this.#isOver = true;
      opened();
      this.#onOver?.();
    };
    this.#child.once('exit', over);
    this.#child.once('error', over);
    this.#send(given);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** It has ended, and nobody has ended it. */
  get hasDied(): boolean {
    return this.#hasDied;
  }

  async opens(withinMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, withinMs)));
    const isLate = await Promise.race([this.#opened.then(() => false), late.then(() => true)]);
    clearTimeout(timer);
    return !isLate && !this.#isOver;
  }

  /** Undefined, and the process has ended, when no answer has come in time, or none will. */
  async ask(question: Question, withinMs: number): Promise<Asked | undefined> {
    const asked = await new Promise<Asked | undefined>((resolve) => {
      if (this.#isOver) return resolve(undefined);
      const timer = setTimeout(() => resolve(undefined), withinMs);
      const done = (heard: Asked | undefined): void => {
        clearTimeout(timer);
        resolve(heard);
      };
      this.#onAnswer = (answer) => done({ answer: unpackNumbers(answer) as Answer });
      this.#onOver = () => done(undefined);
      this.#send(packNumbers(question) as object);
    });
    if (asked === undefined) this.end();
    return asked;
  }

  #send(message: object): void {
    this.#child.send(message, (error) => error && this.end());
  }

  end(): void {
    this.#isOver = true;
    this.#child.kill('SIGKILL');
    this.#onOver?.();
  }
}
