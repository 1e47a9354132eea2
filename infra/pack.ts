import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import about from '../package.json' with { type: 'json' };
import { ROOT } from './constructs/functions/bundling.ts';
import { billOfMaterials } from './packaging/bill-of-materials.ts';
import { bundleCommandLine } from './packaging/bundle-command-line.ts';
import { bundleConstruct } from './packaging/bundle-construct.ts';
import { bundleHandlers } from './packaging/bundle-handlers.ts';
import { packagesIn } from './packaging/bundled-packages.ts';
import { declare } from './packaging/declare.ts';
import { licensesOf } from './packaging/licenses.ts';
import { writeSchemas } from './packaging/write-schemas.ts';

/** Where the package's code is made. Node strips no types below `node_modules`, so what is shipped is JavaScript. */
const DIST = join(ROOT, 'dist');

rmSync(DIST, { recursive: true, force: true });
mkdirSync(DIST);
const bundles = [
  ...(await bundleHandlers(join(DIST, 'handlers'))),
  await bundleConstruct(join(DIST, 'index.js')),
  await bundleCommandLine(join(DIST, 'operator')),
];
declare(DIST);
writeSchemas(join(DIST, 'schemas'));
// The rest of this repository is ES modules.
writeFileSync(join(DIST, 'package.json'), '{ "type": "commonjs" }\n');
const packages = packagesIn(bundles);
writeFileSync(join(DIST, 'LICENSES.txt'), licensesOf(packages));
writeFileSync(join(DIST, 'sbom.cdx.json'), billOfMaterials(about, packages));
