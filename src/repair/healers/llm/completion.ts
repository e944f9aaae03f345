import { isObject } from '../../../model/json.ts';

/**
 * What came back. `rejected`: the server or the model is alive and declines this very request; asking again is no use.
 * `tokens`: as the server counted them, else an estimate.
 */
export type Completion =
  | { kind: 'text'; text: string; model: string; tokens: number }
  | { kind: 'rejected'; reason: string; tokens: number };

/**
 * Reads the body of a 200 as a chat completion. Servers that only look like OpenAI's leave parts out or change their
 * types, whatever the library's types say, so nothing is taken for granted; undefined when it is no completion at all.
 */
export function readCompletion(
  body: unknown,
  asked: { model: string; promptLength: number },
): Completion | undefined {
  const choice = isObject(body) && Array.isArray(body['choices']) ? body['choices'][0] : undefined;
  if (!isObject(body) || !isObject(choice) || !isObject(choice['message'])) return undefined;
  const { content, refusal } = choice['message'];
  const text = textOf(content);
  const tokens = tokensOf(body['usage']) ?? Math.ceil((asked.promptLength + text.length) / 4);
  if (text === '' && typeof refusal === 'string' && refusal !== '')
    return { kind: 'rejected', reason: 'the model declines to answer', tokens };
  const { model } = body;
  const named = typeof model === 'string' && /^[\x21-\x7e]{1,100}$/.test(model);
  return { kind: 'text', text, model: named ? model : asked.model, tokens };
}

/** Some servers send a list of parts. A tool call has no content: an empty text, which is no plan. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part) => (isObject(part) && typeof part['text'] === 'string' ? part['text'] : ''))
    .join('');
}

/** Nothing but a positive count: a server that sends none, or nonsense, must not make the budget endless. */
function tokensOf(usage: unknown): number | undefined {
  const total = isObject(usage) ? usage['total_tokens'] : undefined;
  return typeof total === 'number' && Number.isSafeInteger(total) && total > 0 ? total : undefined;
}
