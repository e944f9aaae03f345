import { send } from './client.ts';

export interface ServerEvent {
  event: string;
  data: string;
}

/** Server-sent events read by fetch, because EventSource can't send the token in a header. Ends with the connection. */
async function readEvents(
  path: string,
  onEvent: (event: ServerEvent) => void,
  { signal, onOpen }: { signal: AbortSignal; onOpen?: () => void },
): Promise<void> {
  const response = await send(path, { signal });
  onOpen?.();
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const event = parse(block);
      if (event !== undefined) onEvent(event);
    }
  }
}

function parse(block: string): ServerEvent | undefined {
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    if (line.startsWith('event:')) event = line.slice(6).trim();
    else if (line.startsWith('data:')) data.push(line.slice(5).trimStart());
  }
  return data.length === 0 ? undefined : { event, data: data.join('\n') };
}

const firstPauseMs = 500;
const longestPauseMs = 10_000;

/** Reads until stopped, and connects again, after longer and longer pauses, when the connection ends. */
export function keepReading(
  path: string,
  handlers: {
    onEvent: (event: ServerEvent) => void;
    onState?: (state: 'open' | 'lost') => void;
  },
): () => void {
  const abort = new AbortController();
  let pause = firstPauseMs;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function connect(): Promise<void> {
    try {
      await readEvents(path, handlers.onEvent, {
        signal: abort.signal,
        onOpen: () => {
          pause = firstPauseMs;
          handlers.onState?.('open');
        },
      });
    } catch {
      // Refused or cut off: `lost` says so, and the next try may do better.
    }
    if (abort.signal.aborted) return;
    handlers.onState?.('lost');
    timer = setTimeout(() => void connect(), pause);
    pause = Math.min(pause * 2, longestPauseMs);
  }

  void connect();
  return () => {
    abort.abort();
    clearTimeout(timer);
  };
}
