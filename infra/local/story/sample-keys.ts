import type { Sample as SampleAtProvider } from '../sandbox/cast.ts';
import { type AttendedSandbox, SANDBOX_NAMES, SANDBOX_OF, type Sandboxes, type SandboxName } from '../sandbox/index.ts';
import type { StoredCredential } from './chapters/chapter.ts';

/** A credential that is about a key of a sandbox. */
export interface Sample extends Omit<SampleAtProvider<AttendedSandbox>, 'name' | 'credential'> {
  readonly provider: SandboxName;
  readonly stored: Pick<StoredCredential, 'name' | 'credential'>;
}

/** The samples of every provider, under the names that those in `events/` have. */
export const allSamples = (): readonly Sample[] =>
  SANDBOX_NAMES.flatMap((provider) =>
    (SANDBOX_OF[provider].cast.samples?.() ?? []).map(({ name, credential, ...rest }) => ({
      ...rest,
      provider,
      stored: { name: `key-revoker/${provider}/${name}`, credential },
    })),
  );

/** Makes the samples' keys at every provider. @returns their credentials, not yet stored */
export const makeSamples = (sandboxes: Sandboxes): readonly Sample[] => {
  const samples = allSamples();
  for (const { provider, put } of samples) put(sandboxes[provider]);
  return samples;
};
