import type { z } from 'zod';
import { group, oneOf, text } from './fields.ts';

/** The engine that shows our flow. `namespace`: before the names of our functions there. */
export const bridgeSettings = group({
  type: oneOf(['iii']),
  url: text('a URL such as ws://127.0.0.1:49134', /^wss?:\/\/[^\s/?#]+(?:\/[^\s?#]*)?$/),
  namespace: text('a name', /^[A-Za-z][\w-]{0,63}$/).default('data-sentinel'),
})
  .optional()
  .meta({
    sample: '{ type: iii, url: ws://127.0.0.1:49134, namespace: data-sentinel }',
    description:
      'a worker of an III engine, which shows the flow; needs npm install iii-sdk@0.22; docs/iii.md',
  });

export type BridgeConfig = NonNullable<z.output<typeof bridgeSettings>>;
