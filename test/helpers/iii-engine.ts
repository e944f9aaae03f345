import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type WebSocket, WebSocketServer } from 'ws';

type Message = Record<string, unknown> & { type: string };
interface EngineFunction {
  id: string;
  owner: WebSocket;
  metadata?: Record<string, unknown>;
}
interface EngineTrigger {
  id: string;
  trigger_type: string;
  function_id: string;
  config: Record<string, unknown>;
  owner: WebSocket;
  metadata?: unknown;
}
type Caller = (answer: { result?: unknown; error?: { code: string; message: string } }) => void;

/**
 * A stand-in for an III engine of 0.22: what its WebSocket protocol, its HTTP worker and its builtin functions do for workers,
 * written after their sources. It keeps nothing and has no queue of its own.
 */
export class IiiEngine {
  readonly functions = new Map<string, EngineFunction>();
  readonly triggers = new Map<string, EngineTrigger>();
  readonly reattached: string[] = [];
  readonly #types = new Map<string, WebSocket>();
  readonly #calls = new Map<string, { caller: Caller; owner: WebSocket }>();
  readonly #bodies = new Map<string, Buffer>();
  readonly #sockets = new Set<WebSocket>();
  #server: Server;
  #workers: WebSocketServer;
  #port: number;

  constructor(port = 0) {
    this.#port = port;
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#workers = new WebSocketServer({ server: this.#server });
    this.#workers.on('connection', (socket, request) => this.#connect(socket, request));
  }

  async start(): Promise<this> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#port}`;
  }
  /** Of its HTTP worker. */
  get http(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Cuts the connection of every worker that has a function whose id starts so; what was called there has failed. */
  cut(prefix: string): void {
    for (const { id, owner } of this.functions.values()) if (id.startsWith(prefix)) owner.terminate();
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.terminate();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  call(function_id: string, data: unknown, metadata?: unknown): Promise<unknown> {
    return new Promise((resolve, reject) =>
      this.#invoke({ type: 'invokefunction', function_id, data, metadata }, ({ result, error }) =>
        error === undefined ? resolve(result) : reject(new Error(`${error.code}: ${error.message}`)),
      ),
    );
  }

  #connect(socket: WebSocket, request: IncomingMessage): void {
    this.#sockets.add(socket);
    const channel = /^\/ws\/channels\/([^?]+)/.exec(request.url!)?.[1];
    if (channel !== undefined) {
      socket.send(this.#bodies.get(channel)!, { binary: true });
      socket.close();
      return;
    }
    const worker_id = randomUUID();
    const answer = (message: Message): void => socket.send(JSON.stringify(message));
    answer({ type: 'workerregistered', worker_id, reattach_token: randomUUID() });
    socket.on('message', (text) => this.#receive(socket, JSON.parse((text as Buffer).toString()) as Message));
    socket.on('error', () => undefined);
    socket.on('close', () => this.#forget(socket));
  }

  #forget(socket: WebSocket): void {
    this.#sockets.delete(socket);
    for (const [id, { owner }] of this.functions) if (owner === socket) this.functions.delete(id);
    for (const [id, { owner }] of this.triggers) if (owner === socket) this.triggers.delete(id);
    for (const [id, owner] of this.#types) if (owner === socket) this.#types.delete(id);
    for (const [id, { owner, caller }] of this.#calls)
      if (owner === socket) {
        this.#calls.delete(id);
        caller({ error: { code: 'invocation_stopped', message: 'the worker is gone' } });
      }
  }

  #receive(owner: WebSocket, message: Message): void {
    const { type, ...rest } = message;
    const id = rest['id'] as string;
    if (type === 'reattach') this.reattached.push(rest['previous_worker_id'] as string);
    else if (type === 'registerfunction')
      // The last one to register a name has it.
      this.functions.set(id, { id, owner, metadata: rest['metadata'] as Record<string, unknown> });
    else if (type === 'unregisterfunction') this.functions.delete(id);
    else if (type === 'registertriggertype') {
      this.#types.set(id, owner);
      for (const trigger of this.triggers.values()) if (trigger.trigger_type === id) this.#hand(trigger);
    } else if (type === 'registertrigger') this.#addTrigger({ ...(rest as unknown as EngineTrigger), owner });
    else if (type === 'unregistertrigger') {
      const trigger = this.triggers.get(id);
      this.triggers.delete(id);
      if (trigger !== undefined) this.#types.get(trigger.trigger_type)?.send(JSON.stringify(message));
    } else if (type === 'invokefunction')
      this.#invoke(message, ({ result, error }) => {
        const { invocation_id, function_id } = message;
        if (invocation_id === undefined) return;
        owner.send(JSON.stringify({ type: 'invocationresult', invocation_id, function_id, result, error }));
      });
    else if (type === 'invocationresult') {
      const call = this.#calls.get(rest['invocation_id'] as string);
      this.#calls.delete(rest['invocation_id'] as string);
      call?.caller(rest);
    } else if (type === 'triggerregistrationresult') {
      if (rest['error'] !== undefined) this.triggers.get(id)?.owner.send(JSON.stringify(message));
    } else throw new Error(`no message of the protocol: ${type}`);
  }

  #addTrigger(trigger: EngineTrigger): void {
    const same = [...this.triggers.values()].find(
      (other) =>
        trigger.trigger_type === 'http' && shape(other) === shape(trigger) && other.id !== trigger.id,
    );
    if (same !== undefined) {
      const { id, trigger_type, function_id } = trigger;
      const error = { code: 'trigger_registration_failed', message: `Route '${shape(trigger)}' conflicts` };
      trigger.owner.send(
        JSON.stringify({ type: 'triggerregistrationresult', id, trigger_type, function_id, error }),
      );
      return;
    }
    this.triggers.set(trigger.id, trigger);
    this.#hand(trigger);
  }

  /** To the worker that has its type; until there is one, it is pending. */
  #hand(trigger: EngineTrigger): void {
    const message = { type: 'registertrigger', ...trigger, owner: undefined };
    this.#types.get(trigger.trigger_type)?.send(JSON.stringify(message));
  }

  #invoke(message: Message, caller: Caller): void {
    const { function_id, data, metadata } = message as unknown as {
      function_id: string;
      data: Record<string, unknown>;
      metadata: unknown;
    };
    const action = message['action'] as { type: string } | undefined;
    if (function_id === 'engine::workers::register') return caller({ result: null });
    if (function_id === 'engine::functions::info') {
      const found = this.functions.get(data['function_id'] as string);
      return caller(
        found
          ? { result: { function_id: found.id } }
          : { error: { code: 'NOT_FOUND', message: 'not found' } },
      );
    }
    if (action?.type === 'enqueue') {
      const messageReceiptId = randomUUID();
      const job = {
        queue: (action as unknown as { queue: string }).queue,
        function_id,
        data,
        messageReceiptId,
      };
      return this.#invoke(
        { type: 'invokefunction', function_id: 'engine::queue::enqueue', data: job },
        (answer) => caller(answer.error === undefined ? { result: { messageReceiptId } } : answer),
      );
    }
    const found = this.functions.get(function_id);
    if (found === undefined)
      return caller({ error: { code: 'function_not_found', message: `Function ${function_id} not found` } });
    const invocation_id = randomUUID();
    this.#calls.set(invocation_id, { caller, owner: found.owner });
    found.owner.send(JSON.stringify({ type: 'invokefunction', invocation_id, function_id, data, metadata }));
  }

  /** As its HTTP worker does: the parsed body and a channel with its bytes. */
  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url!, this.http);
    const routes = [...this.triggers.values()].filter(({ trigger_type }) => trigger_type === 'http');
    const route = routes.find(({ config }) => matches(String(config['api_path']), pathname));
    const bytes = await buffer(request);
    if (route === undefined || request.method !== route.config['http_method']) {
      response.writeHead(404).end('{"error":{"code":"NOT_FOUND"}}');
      return;
    }
    const channel_id = randomUUID();
    this.#bodies.set(channel_id, bytes);
    const names = String(route.config['api_path']).split('/');
    const path_params = Object.fromEntries(
      names.flatMap((name, at) => (name.startsWith(':') ? [[name.slice(1), pathname.split('/')[at]]] : [])),
    );
    try {
      const reply = (await this.call(route.function_id, {
        headers: request.headers,
        query_params: Object.fromEntries(searchParams),
        path_params,
        path: route.config['api_path'],
        method: request.method,
        body: parsed(bytes),
        request_body: { channel_id, access_key: 'key', direction: 'read' },
      })) as { status_code: number; headers?: Record<string, string>; body?: unknown };
      response.writeHead(reply.status_code, { 'content-type': 'application/json', ...reply.headers });
      response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body));
    } catch (error) {
      response
        .writeHead(500)
        .end(JSON.stringify({ error: { code: 'INTERNAL_ERROR', message: String(error) } }));
    } finally {
      this.#bodies.delete(channel_id);
    }
  }
}

const shape = ({ config }: EngineTrigger): string =>
  `${String(config['http_method'])} ${String(config['api_path']).replaceAll(/:[^/]+/g, '{}')}`;

const matches = (pattern: string, path: string): boolean => {
  const [expected, actual] = [pattern, path].map((each) => each.split('/').filter((part) => part !== ''));
  return (
    expected!.length === actual!.length &&
    expected!.every((part, at) => part.startsWith(':') || part === actual![at])
  );
};

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch {
    return null;
  }
}

export interface DrawnStep {
  id: string;
  name: string;
  description?: string;
  subscribes: string[];
}
export interface DrawnFlow {
  steps: DrawnStep[];
  edges: { source: string; target: string; topic: string }[];
}

/** How the engine's console makes its pictures of the registered functions: the rules of its flow page, in short. */
export function drawFlows(engine: IiiEngine): Map<string, DrawnFlow> {
  const flows = new Map<string, Map<string, EngineFunction>>();
  for (const each of engine.functions.values()) {
    const { filePath, flows: names = ['default'] } = (each.metadata ?? {}) as {
      filePath?: unknown;
      flows?: string[];
    };
    if (typeof filePath !== 'string') continue;
    for (const name of names) {
      const flow = flows.get(name) ?? new Map<string, EngineFunction>();
      flows.set(name, flow);
      // One node for each file: the first one counts.
      if (!flow.has(filePath)) flow.set(filePath, each);
    }
  }
  return new Map([...flows].map(([name, flow]) => [name, drawFlow([...flow])]));
}

function drawFlow(functions: [string, EngineFunction][]): DrawnFlow {
  const steps = functions.map(([filePath, { id, metadata = {} }]) => {
    const triggers = metadata['triggers'] as { type: string; topic?: string }[];
    return {
      id: filePath
        .replace(/\.[^.]+$/, '')
        .replaceAll(/[^\w-]/g, '-')
        .toLowerCase(),
      name: (metadata['name'] as string | undefined) ?? id,
      description: metadata['description'] as string,
      emits: metadata['enqueues'] as string[],
      subscribes: triggers.filter(({ type }) => type === 'queue').map(({ topic }) => topic!),
    };
  });
  const edges = steps.flatMap(({ id, emits }) =>
    emits.flatMap((topic) =>
      steps
        .filter(({ subscribes }) => subscribes.includes(topic))
        .map((target) => ({ source: id, target: target.id, topic })),
    ),
  );
  return { steps, edges };
}
