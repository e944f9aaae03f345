import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenAiServer, startOpenAiServer } from '../helpers/openai-server.ts';
import { cliFolder } from './support.ts';

let shell: Awaited<ReturnType<typeof cliFolder>>;
let openai: OpenAiServer;
beforeEach(async () => {
  shell = await cliFolder();
  openai = await startOpenAiServer();
});
afterEach(async () => {
  await openai.close();
  await shell.dispose();
});

async function llmCheck(model: string, url: string): Promise<string | undefined> {
  const env = { SENTINEL_API_PORT: '0', OPENAI_BASE_URL: url, OPENAI_REMEDIATION_MODEL: model };
  const { out } = await shell.cli(['doctor'], { env });
  return out.split('\n').find((line) => line.includes('LLM:'));
}

describe("the doctor's look at the language model", () => {
  it('is content with a server that lists the model', async () => {
    expect(await llmCheck('test-model', openai.baseUrl)).toMatch(/^ok .*test-model at http/);
  });

  it('warns of a model that the server does not list', async () => {
    expect(await llmCheck('tset-model', openai.baseUrl)).toMatch(
      /^warn .*does not list the model tset-model; it has test-model$/,
    );
  });

  it('warns of an address that is not that of the API', async () => {
    expect(await llmCheck('test-model', openai.baseUrl.replace('/v1', ''))).toMatch(/^warn/);
  });

  it('fails for a server that is not there', async () => {
    const { baseUrl } = openai;
    await openai.close();
    openai = await startOpenAiServer();
    expect(await llmCheck('test-model', baseUrl)).toMatch(/^FAIL .*can't be reached: .*ECONNREFUSED/);
  });
});
