import { join } from 'node:path';
import { describe } from 'vitest';
import { openEmbeddedEngine } from '../../src/engine/embedded/index.ts';
import { oneWayScenarios } from './one-way-scenarios.ts';

describe('of an event with two copies after a crash', () => {
  oneWayScenarios((dir) => openEmbeddedEngine({ dir: join(dir, 'queue'), writer: 'main' }));
});
