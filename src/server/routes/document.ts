import type { FastifyInstance } from 'fastify';
import { readFile } from 'node:fs/promises';
import { openApi } from '../../api/openapi.ts';
import { documentRoutes as table } from '../../api/routes/service.ts';
import type { JsonObject } from '../../model/json.ts';
import { packageFolder } from '../../support/package-folder.ts';
import { mount } from '../mount.ts';

/** The API as an OpenAPI document, made when it is first asked for. */
export function documentRoutes(app: FastifyInstance): void {
  let made: Promise<JsonObject> | undefined;

  async function make(): Promise<JsonObject> {
    const { version } = JSON.parse(await readFile(packageFolder('package.json'), 'utf8')) as {
      version: string;
    };
    return openApi(version);
  }

  mount(app, table, { 'GET /openapi.json': () => (made ??= make()) });
}
