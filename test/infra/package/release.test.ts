import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { billOfMaterials } from '../../../infra/packaging/bill-of-materials.ts';
import { TEMPLATE, writeTemplate } from '../../../infra/release.ts';
import { undocumentedIn } from '../deploy/documented-values.ts';
import { danglingIn } from '../deploy/references.ts';
import { faultsOf } from '../deploy/template-spec.ts';
import { given } from './given.ts';

const SENDERS = ['arn:aws:iam::111122223333:role/secops', 'arn:aws:iam::111122223333:role/soar'];
const GIVEN = {
  ...{ Mode: 'observe', Senders: SENDERS, AssetBucket: 'artifacts', AssetPrefix: 'key-revoker/0.2.0/' },
  ...{ AlarmTopics: ['arn:aws:sns:eu-west-1:111122223333:mail'], UrgentAlarmTopics: ['arn:aws:sns:eu-west-1:1:pager'] },
};

describe('a release for those who have no CDK', () => {
  const folders = [0, 1].map(() => mkdtempSync(join(tmpdir(), 'release-')));
  const [folder = ''] = folders;
  beforeAll(() => {
    for (const each of folders) writeTemplate(each);
  });
  afterAll(() => {
    for (const each of folders) rmSync(each, { recursive: true });
  });
  const template = () => JSON.parse(readFileSync(join(folder, TEMPLATE), 'utf8'));

  it('is made of the same bytes each time', () => {
    const [first, second] = folders.map((each) =>
      readdirSync(each)
        .toSorted()
        .map((name) => [
          name,
          createHash('sha256')
            .update(readFileSync(join(each, name)))
            .digest('hex'),
        ]),
    );
    expect(first).toHaveLength(3);
    expect(second).toEqual(first);
  });

  it('needs no bootstrap, and names no account', () => {
    const text = readFileSync(join(folder, TEMPLATE), 'utf8');
    expect(text).not.toMatch(/bootstrap|cdk-hnb|aws:cdk|aws:asset|000000000000/i);
    expect(Object.keys(template().Rules ?? {})).toEqual([]);
    // CloudFormation takes a template of at most 1 MB from a bucket.
    expect(text.length).toBeLessThan(1_000_000);
  });

  it('is a valid template with parameters for all that it refers to', () => {
    const { Parameters, ...rest } = template();
    expect(Object.keys(Parameters).toSorted()).toEqual(Object.keys(GIVEN).toSorted());
    expect(danglingIn({ ...rest, Parameters } as never)).toEqual([]);
    const filled = given(template(), GIVEN);
    expect(faultsOf(filled)).toEqual([]);
    expect(undocumentedIn(filled)).toEqual([]);
  });

  it('has the code of each function beside it, under the name that the template gives', () => {
    const keys = Object.values<{ Type: string; Properties: { Code: { S3Bucket: string; S3Key: string } } }>(
      given(template(), GIVEN).Resources,
    )
      .filter(({ Type }) => Type === 'AWS::Lambda::Function')
      .map(({ Properties: { Code } }) => Code);
    expect(keys).toHaveLength(3);
    const zips = readdirSync(folder).filter((name) => name.endsWith('.zip'));
    expect(new Set(keys.map(({ S3Key }) => S3Key))).toEqual(new Set(zips.map((name) => `key-revoker/0.2.0/${name}`)));
    expect(new Set(keys.map(({ S3Bucket }) => S3Bucket))).toEqual(new Set(['artifacts']));
    for (const name of zips) expect(Object.keys(unzipSync(readFileSync(join(folder, name))))).toEqual(['index.js']);
  });

  it('lets in whom its user names, and wakes whom its user names', () => {
    const text = JSON.stringify(given(template(), GIVEN));
    expect(text).toContain(`"Principal":{"AWS":${JSON.stringify(SENDERS)}}`);
    expect(text).toContain(`"AlarmActions":${JSON.stringify(GIVEN.AlarmTopics)}`);
    expect(text.match(/"MODE":"observe"/g)).toHaveLength(3);
    expect(text).toContain('\\"mode\\":\\"","observe","\\"');
    expect(text).not.toContain('enforce');
  });
});

describe('the bill of materials', () => {
  const OWN = { name: 'key-revoker', version: '0.2.0', license: 'MIT' };

  it('names each package with its licence, and no time', () => {
    const one = { folder: '', name: '@smithy/core', version: '1.2.3', license: 'Apache-2.0' };
    const bom = JSON.parse(billOfMaterials(OWN, [one]));
    expect(bom).toMatchObject({
      ...{ bomFormat: 'CycloneDX', specVersion: '1.6' },
      components: [{ 'bom-ref': 'pkg:npm/%40smithy/core@1.2.3', name: '@smithy/core', version: '1.2.3' }],
    });
    expect(bom.serialNumber).toBeUndefined();
    expect(bom.metadata.timestamp).toBeUndefined();
    expect(JSON.stringify(bom)).toContain('Apache-2.0');
    expect(billOfMaterials(OWN, [one])).toBe(billOfMaterials(OWN, [one]));
  });
});
