import { type Json, type JsonObject, isObject } from '../../../model/json.ts';
import type { Operation, Pointer } from '../../../model/plan.ts';
import { segmentsOf, valueAt } from '../../../model/pointer.ts';
import type { Failure } from '../../healing/healer.ts';
import { fieldsOf } from '../heuristics/declared.ts';
import { schemasAt } from '../../plans/schema-paths.ts';
import { pathsOf } from '../../plans/operation-paths.ts';
import { withoutFence } from './answer.ts';
import { focusOf } from './focus.ts';
import { secondLookInstructions } from './instructions.ts';
import { keyMaskOf } from './key-mask.ts';
import type { ChatMessage } from './prompt.ts';
import { shapeOf } from './shape.ts';

/** What an answer to the second question comes to: `invalid` when it is none to what was asked. */
export type SecondLook = { verdict: 'confirmed' | 'unconfirmed' | 'invalid'; reasons: string[] };

/** What strict structured output is asked for. */
export const secondLookSchema = {
  type: 'object',
  properties: {
    answers: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          question: { type: 'integer' },
          answer: { type: 'string', enum: ['yes', 'no', 'unsure'] },
          reason: { type: 'string' },
        },
        required: ['question', 'answer', 'reason'],
        additionalProperties: false,
      },
    },
  },
  required: ['answers'],
  additionalProperties: false,
};

const maxQuestions = 20;
const maxNames = 30;

interface Question {
  theirs: Pointer;
  ours: Pointer;
  /** What the sender's words are taken for. */
  words?: { theirs: string; ours: Json }[];
}

/** One question for each mapping of a plan; undefined when there are too many to be answered with care. */
export function questionsOf(operations: readonly Operation[]): Question[] | undefined {
  const from = new Map<Pointer, Pointer>();
  const questions: Question[] = [];
  for (const operation of operations) {
    const { reads, writes } = pathsOf(operation);
    for (const ours of writes)
      for (const theirs of reads) {
        if (theirs === ours) continue;
        from.set(ours, theirs);
        questions.push({ theirs, ours });
      }
    if (operation.op !== 'map') continue;
    const words = Object.entries(operation.values).map(([theirs, ours]) => ({ theirs, ours }));
    questions.push({ theirs: from.get(operation.path) ?? operation.path, ours: operation.path, words });
  }
  return questions.length > maxQuestions ? undefined : questions;
}

/** The mappings of a plan, put as questions to someone who has not seen it. Holds no values. */
export function secondLookMessages(questions: readonly Question[], failure: Failure): ChatMessage[] {
  const { event, contract, violations } = failure;
  const mask = keyMaskOf(event, contract.jsonSchema);
  const shape = shapeOf(event, focusOf(event, contract.jsonSchema, violations));
  const document = {
    ours_is: { name: contract.name, version: contract.version },
    questions: questions.map(({ theirs, ours, words }, index) => {
      const path = segmentsOf(mask.shownPointer(theirs));
      return {
        question: index + 1,
        theirs: {
          path: mask.shownPointer(theirs),
          shape: shapeAt(shape, path) ?? 'not shown',
          beside: namesIn(shapeAt(shape, path.slice(0, -1))),
        },
        ours: {
          path: ours,
          schema: schemasAt(contract.jsonSchema, segmentsOf(ours)).slice(0, 2).map(toldOf),
          beside: fieldsOf(contract.jsonSchema, segmentsOf(ours).slice(0, -1)).names.slice(0, maxNames),
        },
        ...(words === undefined
          ? undefined
          : {
              same_words: words.slice(0, maxNames),
              asked: 'is each word of theirs the same state as that of ours?',
            }),
      };
    }),
  };
  return [
    { role: 'system', content: secondLookInstructions },
    { role: 'user', content: JSON.stringify(document) },
  ];
}

/** In a shape an array is its length class, followed by the shapes of its items. */
function shapeAt(shape: Json | undefined, path: readonly string[]): Json | undefined {
  let at = shape;
  for (const segment of path) {
    if (Array.isArray(at) && segment === '*') at = at[1];
    else at = isObject(at) ? valueAt(at, [segment]) : undefined;
  }
  return at;
}

const namesIn = (shape: Json | undefined): string[] =>
  isObject(shape) ? Object.keys(shape).slice(0, maxNames) : [];

function toldOf(schema: JsonObject): JsonObject {
  const told: JsonObject = {};
  for (const keyword of ['type', 'format', 'pattern', 'enum', 'const', 'title', 'description'] as const) {
    const value = schema[keyword];
    if (value !== undefined && JSON.stringify(value).length <= 400) told[keyword] = value;
  }
  return told;
}

const maxReason = 200;

const opinions: ReadonlySet<string> = new Set(['yes', 'no', 'unsure']);

/** Confirmed is what every question is answered to with a plain yes. */
export function readSecondLook(text: string, questions: number): SecondLook {
  const answers = answersIn(text);
  const byNumber = new Map(answers.map((answer) => [answer.question, answer]));
  const all = Array.from({ length: questions }, (_, index) => byNumber.get(index + 1));
  const isAnswered = answers.length === questions && all.every((one) => one && opinions.has(one.answer));
  const isConfirmed = all.every((one) => one?.answer === 'yes');
  const reasons = all.flatMap((answer) =>
    answer !== undefined && answer.reason !== '' ? [`${answer.answer}: ${answer.reason}`] : [],
  );
  return { verdict: !isAnswered ? 'invalid' : isConfirmed ? 'confirmed' : 'unconfirmed', reasons };
}

function answersIn(text: string): { question: number; answer: string; reason: string }[] {
  let value: unknown;
  try {
    value = JSON.parse(withoutFence(text));
  } catch {
    return [];
  }
  const list = isObject(value) ? value['answers'] : undefined;
  if (!Array.isArray(list)) return [];
  return list.slice(0, maxQuestions * 2).flatMap((answer, index) => {
    if (!isObject(answer) || typeof answer['answer'] !== 'string') return [];
    const { question, reason } = answer;
    return [
      {
        question: typeof question === 'number' ? question : index + 1,
        answer: answer['answer'].trim().toLowerCase(),
        reason: typeof reason === 'string' ? reason.trim().slice(0, maxReason) : '',
      },
    ];
  });
}
