import { join } from 'node:path';
import { describe } from 'vitest';
import { openEmbeddedEngine } from '../../src/engine/embedded/index.ts';
import { laggingCopyScenarios } from './lagging-copy-scenarios.ts';

describe('a further destination that lags while a rule is rolled back and approved again', () => {
  laggingCopyScenarios((dir) => openEmbeddedEngine({ dir: join(dir, 'queue'), writer: 'main' }));
});
