import { parseJson } from '../../src/model/exact-json.ts';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import transaction from '../../contracts/v1/transaction.ts';
import type { Contract } from '../../src/contracts/contract.ts';
import { openEmbeddedEngine } from '../../src/engine/embedded/index.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { type FailedEvent, type FixedEvent, type UnrecoverableEvent, topics } from '../../src/model/event.ts';

import type { JsonObject } from '../../src/model/json.ts';
import type { Failure, Healer } from '../../src/repair/healing/healer.ts';
import type { HealingForecast } from '../../src/repair/healing/forecast.ts';
import type { HealingConfig } from '../../src/repair/healing/config.ts';
import type { HealingStatus } from '../../src/repair/healing/status.ts';
import { healingStage } from '../../src/repair/healing/stage.ts';
import { type LlmExchange, createLlmAudit } from '../../src/repair/healing/llm-audit.ts';
import { validateWhole } from '../../src/repair/plans/whole.ts';
import { llmHealer } from '../../src/repair/healers/llm/index.ts';
import { type RuleStore, openRuleStore } from '../../src/repair/rules/store.ts';
import { errorSignature } from '../../src/validate/signature.ts';
import { type OpenAiServer, startOpenAiServer } from './openai-server.ts';
import { until as waitUntil } from './until.ts';

export const silent = pino({ level: 'silent' });

/** A transaction that is valid but for what `changes` says; `undefined` removes a field. */
export function transactionWith(changes: Record<string, unknown>): JsonObject {
  const event = {
    event_id: '0192d0c4-9a5e-7c0b-8a10-5a6f3f1c2b3d',
    timestamp: '2026-11-23T20:48:31Z',
    source: 'shop',
    amount: '12.50',
    currency: 'EUR',
    user_id: '5f1c8a52-6a0b-4c1e-9a38-0a2b7c9d1e2f',
    email: 'ana@example.com',
    ...changes,
  };
  return JSON.parse(JSON.stringify(event)) as JsonObject;
}

/** One whose sender calls the amount `price`. */
export const priced = (price: unknown = '12.50', more: object = {}): JsonObject =>
  transactionWith({ amount: undefined, price, ...more });

export function failureOf(event: JsonObject, contract: Contract = transaction, source = 'shop'): Failure {
  const validation = validateWhole(contract, event);
  if (validation.ok) throw new Error('the event is valid');
  const { violations } = validation;
  const { name, version, jsonSchema } = contract;
  const signature = errorSignature({ contract: name, version, source, violations, event, jsonSchema });
  return { contract, source, event, violations, signature };
}

const defaults: HealingConfig = {
  temperature: 0.1,
  maxAttempts: 3,
  timeoutMs: 20_000,
  maxCallsPerHour: 100,
  maxTokensPerHour: 1_000_000,
  shareValues: false,
  secondLook: true,
  approval: 'auto',
  ruleTtlDays: 7,
  onLlmUnavailable: 'wait',
  maxWaitMinutes: 60,
  heuristicsThreshold: 0.8,
  breakerPauseMs: 30_000,
  negativeCacheMinutes: 60,
};

export interface HealingBench {
  engine: Engine;
  rules: RuleStore;
  /** The model's server. */
  model: OpenAiServer;
  audited: LlmExchange[];
  status(): Promise<HealingStatus>;
  /** What the healing stage has settled so far. */
  fixed: FixedEvent[];
  dead: UnrecoverableEvent[];
  /** Sends events that fail their contract to the healing stage; returns their request ids. */
  submit(...events: JsonObject[]): Promise<string[]>;
  /** What it would do with them. */
  forecast(...events: JsonObject[]): Promise<HealingForecast[]>;
  /** Waits until so many events are settled. */
  settled(count: number): Promise<void>;
  /** Waits until the condition holds. */
  until(condition: () => boolean | Promise<boolean>): Promise<void>;
  /** Events that wait in the queue of the healing stage. */
  waiting(): Promise<number>;
  close(): Promise<void>;
}

/** The healing stage with everything real around it: engine on disk, rule store, an LLM server over HTTP. */
export async function healingBench(
  options: {
    config?: Partial<HealingConfig>;
    /** Healers before the LLM. Default none. */
    healers?: Healer[];
    /** False: no LLM is configured. */
    llm?: boolean;
    contract?: Contract;
    /** Valid events of the sender, on which new rules are tried. */
    recent?: JsonObject[];
    now?: () => number;
  } = {},
): Promise<HealingBench> {
  const config = { ...defaults, ...options.config };
  const contract = options.contract ?? transaction;
  const now = options.now ?? Date.now;
  const dir = await mkdtemp(join(tmpdir(), 'sentinel-healing-'));
  const engine = await openEmbeddedEngine({ dir, writer: 'main' });
  const model = await startOpenAiServer();
  const contracts = {
    get: (name: string, version: string) =>
      name === contract.name && version === contract.version ? contract : undefined,
  };
  const rules = await openRuleStore(engine.state, {
    ttlDays: config.ruleTtlDays,
    contracts,
    recent: { of: () => options.recent ?? [] },
    log: silent,
    now,
  });

  const audited: LlmExchange[] = [];
  const llm = llmHealer(
    { ...config, openai: { apiKey: 'test-key', baseUrl: model.baseUrl, model: 'test-model' } },
    {
      audit: createLlmAudit(engine.state, { now }),
      onExchange: (exchange) => audited.push(exchange),
      recent: { of: () => options.recent ?? [] },
      breakerThreshold: 3,
      now,
    },
  );
  const healers = [...(options.healers ?? []), ...(options.llm === false ? [] : [llm])];
  const stage = healingStage({ engine, contracts: contracts.get, rules, healers, config, log: silent, now });

  const fixed: FixedEvent[] = [];
  const dead: UnrecoverableEvent[] = [];
  const failures: unknown[] = [];
  const consumers = [
    await engine.consume(
      topics.failed,
      'healer',
      { onFailure: ({ error }) => failures.push(error) },
      (batch) => stage.handle(batch),
    ),
    await engine.consume(topics.fixed, 'test', {}, async (batch) => {
      for (const { body } of batch)
        fixed.push(parseJson(Buffer.from(body).toString()) as unknown as FixedEvent);
    }),
    await engine.consume(topics.unrecoverable, 'test', {}, async (batch) => {
      for (const { body } of batch) dead.push(JSON.parse(Buffer.from(body).toString()) as UnrecoverableEvent);
    }),
  ];

  function failed(event: JsonObject): FailedEvent {
    const { source, violations, signature } = failureOf(event, contract);
    const { name, version } = contract;
    return {
      request_id: randomUUID(),
      received_at: now(),
      source,
      contract: name,
      version,
      signature,
      violations: [...violations],
      raw: JSON.stringify(event),
    };
  }

  const until: HealingBench['until'] = (condition) =>
    waitUntil(async () => {
      if (await condition()) return true;
      if (failures.length > 0) throw failures[0];
      return false;
    });

  return {
    engine,
    rules,
    model,
    audited,
    status: () => stage.status(),
    fixed,
    dead,
    until,
    forecast: (...events) => stage.forecast(events.map(failed)),
    async submit(...events) {
      const messages = events.map(failed);
      await engine.publish(
        topics.failed,
        messages.map((message) => ({ body: Buffer.from(JSON.stringify(message)) })),
      );
      return messages.map((message) => message.request_id);
    },
    settled: (count) => until(() => fixed.length + dead.length >= count),
    async waiting() {
      const stats = await engine.stats();
      const topic = stats.find(({ topic }) => topic === topics.failed);
      return topic?.groups.find(({ group }) => group === 'healer')?.pending ?? 0;
    },
    async close() {
      await stage.stop();
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await rules.close();
      await engine.close();
      await model.close();
      await rm(dir, { recursive: true });
    },
  };
}
