import type { z } from 'zod';
import { group, oneOf, text, yesOrNo } from './fields.ts';

/** The engine that shows our flow. `namespace`: before the names of our functions there; `queue`: we are its queue, too. */
export const bridgeSettings = group({
  type: oneOf(['iii']),
  url: text('a URL such as ws://127.0.0.1:49134', /^wss?:\/\/[^\s/?#]+(?:\/[^\s?#]*)?$/),
  namespace: text('a name', /^[A-Za-z][\w-]{0,63}$/).default('data-sentinel'),
  queue: yesOrNo().default(false),
})
  .optional()
  .meta({
    sample: '{ type: iii, url: ws://127.0.0.1:49134, namespace: data-sentinel, queue: false }',
    description:
      'a worker of an III engine, which shows the flow, and its queue; needs npm install iii-sdk@0.22; docs/iii.md',
  });

export type BridgeConfig = NonNullable<z.output<typeof bridgeSettings>>;
