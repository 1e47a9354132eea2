import { generateKeyPairSync, sign } from 'node:crypto';

/** One value in DER: its tag, its length, its contents. */
const der = (tag: number, ...contents: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(contents);
  const size = body.length.toString(16);
  const bytes = Buffer.from(size.length % 2 ? `0${size}` : size, 'hex');
  const length = body.length < 128 ? bytes : Buffer.concat([Buffer.of(128 + bytes.length), bytes]);
  return Buffer.concat([Buffer.of(tag), length, body]);
};
const list = (...contents: readonly Uint8Array[]): Buffer => der(0x30, ...contents);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const year = (text: string): Buffer => der(0x18, Buffer.from(`${text}0101000000Z`));

const ECDSA_WITH_SHA256 = list(oid('2a8648ce3d040302'));
const COMMON_NAME = oid('550403');
const ALTERNATIVE_NAME = oid('551d11');

/** A certificate of this host that signs itself, and its key, as PEM. Made in this process, so nothing is kept. */
export const certificateFor = (host: string): { readonly key: string; readonly cert: string } => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = list(der(0x31, list(COMMON_NAME, der(0x0c, Buffer.from(host)))));
  const names = list(ALTERNATIVE_NAME, der(0x04, list(der(0x82, Buffer.from(host)))));
  const body = list(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.of(1)),
    ECDSA_WITH_SHA256,
    name,
    list(year('2000'), year('2999')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, list(names)),
  );
  const signature = der(0x03, Buffer.of(0), sign('sha256', body, privateKey));
  const base64 = list(body, ECDSA_WITH_SHA256, signature).toString('base64');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----`,
  };
};
