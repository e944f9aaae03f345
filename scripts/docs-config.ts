import { writeFileSync } from 'node:fs';
import { commentedYaml } from '../src/config/commented-yaml.ts';

/** Writes sentinel-config.yaml anew from the schema of the settings. */
writeFileSync(new URL('../sentinel-config.yaml', import.meta.url), commentedYaml());
