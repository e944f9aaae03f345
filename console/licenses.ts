import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Plugin } from 'vite';

const packageOf = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//;
const licenseFile = /^(?:licen[cs]e|copying|notice)(?:\.|$)/i;

/** Puts the licences of all packages that are built into the page beside it: they ask for that, fonts too. */
export function licenses(): Plugin {
  return {
    name: 'licenses',
    apply: 'build',
    generateBundle(_, bundle) {
      // Modules that the bundler makes of others begin with a null byte.
      const modules = [...this.getModuleIds()].map((id) => id.replace(/^\0/, ''));
      // Fonts are named in style sheets and are no modules.
      const assets = Object.values(bundle).flatMap((file) =>
        file.type === 'asset' ? file.originalFileNames.map((name) => resolve(import.meta.dirname, name)) : [],
      );
      const files = [...modules, ...assets].map((file) => file.replaceAll('\\', '/'));
      const folders = new Set(files.flatMap((file) => packageOf.exec(file)?.[1] ?? []));
      const source = [...folders]
        .toSorted()
        .map(licenseOf)
        .join(`\n\n${'-'.repeat(80)}\n\n`);
      this.emitFile({ type: 'asset', name: 'licenses.txt', source });
    },
  };
}

function licenseOf(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
  const texts = readdirSync(folder)
    .filter((name) => licenseFile.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8').trim());
  return [`${manifest['name']} ${manifest['version']} (${manifest['license']})`, ...texts].join('\n\n');
}
