import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { weigh } from '../../infra/weigh.ts';
import { bundlePeer } from './revocations/bundle-peer.ts';

it('loads at most nine tenths of what a handler with the vendor’s client loads', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const peer = await bundlePeer(join(folder, 'peer.cjs'));
  for (const { bytes, handler } of await weigh()) expect(bytes / peer, handler).toBeLessThanOrEqual(0.9);
});
