import { expect, test } from 'vitest';
import { readAnswer } from '../../src/repair/healers/llm/answer.ts';
import { measureWork } from '../helpers/work.ts';

const plan = '{"operations":[{"op":"move","from":"/a","to":"/b"}],"reason":null}';

test.each([
  ['bare', plan],
  ['fenced', `\`\`\`json\n${plan}\n\`\`\``],
  ['fenced without a language, white space around', `\n \`\`\`\n\n${plan}\n\n\`\`\` \n`],
])('a plan is read: %s', (_, text) => {
  expect(readAnswer(text)).toMatchObject({ kind: 'plan' });
});

test.each([
  ['a fence and no end of line breaks', `\`\`\`\n${'\n'.repeat(60_000)}x`],
  ['blanks', `${' '.repeat(60_000)}x`],
  ['a fence alone', '```\n```'],
  ['a fence that is not closed', '```\n``'],
])('what is no plan is told at once: %s', (_, text) => {
  const worked = measureWork();
  expect(readAnswer(text)).toMatchObject({ kind: 'invalid' });
  expect(worked()).toBeLessThan(1000);
});
