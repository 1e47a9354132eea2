import type { Account, Cast, Member, StoryPart } from '../../sandbox/cast.ts';
import { type AttendedSandbox, type KeySettings, SANDBOX_OF, type SandboxName } from '../../sandbox/index.ts';
import { plainParts, wordsOf } from '../../sandbox/parts.ts';
import { type Chapter, REVOKED, type Result } from './chapter.ts';
import { settingsText } from './settings-text.ts';

const STUCK: Partial<Result> = {
  outcome: 'stuck/permission-missing',
  keyState: 'alive',
  reply: 'rejected',
  atProvider: 'alive',
  changes: '',
  stuckCopies: 1,
};

const restrictedTo = (narrow: KeySettings): Partial<Result> => ({
  outcome: 'restricted',
  keyState: 'alive',
  atProvider: 'alive',
  changes: `updated to ${settingsText(narrow)}`,
});

type Casting = Cast<AttendedSandbox>;

const expectedOf = ({ kind, isReplyLost, operation }: StoryPart, { operations, update }: Casting): Result => ({
  ...REVOKED,
  ...(operations[operation]?.kind === 'update' && update ? restrictedTo(update.narrow) : {}),
  ...(kind?.lacks ? STUCK : {}),
  // A managing key sends the delete once more, and its answer counts.
  ...(isReplyLost ? { calls: 2, reply: 'silent, rejected' } : {}),
});

interface Keys {
  readonly target: Member;
  readonly signer: Member;
}

/** Fills an account with a managing key and another one, of which one is the target. The signing key is of the part's kind. */
const keysFor = (account: Account, { operation, by, kind }: StoryPart, { operations }: Casting): Keys => {
  if (operations[operation]?.of === 'managing' && account.managing) {
    const target = account.managing(1, kind);
    return { target, signer: target };
  }
  if (by === 'self') {
    account.managing?.(1);
    const target = account.key(1, kind);
    return { target, signer: target };
  }
  const signer = account.managing?.(1, kind);
  const target = account.key(1, { isManaged: true });
  return { target, signer: signer ?? target };
};

const chapterOf = (provider: SandboxName, sandbox: AttendedSandbox, part: StoryPart, index: number): Chapter => {
  const { cast } = SANDBOX_OF[provider];
  const { operation, comes, by } = part;
  const number = index + 1;
  const { target, signer } = keysFor(cast.account(sandbox, number), part, cast);
  const match = { method: cast.callMethod, keyId: signer.keyId };
  if (part.isReplyLost) sandbox.faults.script({ match, fault: { kind: 'dropAfter' } });
  const name = `key-revoker/${provider}/story-${number}`;
  const isUpdate = cast.operations[operation]?.kind === 'update';
  return {
    provider,
    operation,
    how: wordsOf(part, cast.manager),
    keyId: target.keyId,
    world: target.world,
    stored: {
      name,
      credential: signer.credential,
      ...(typeof comes === 'object' ? { expiry: { inMs: comes.expiresInMs, operation } } : {}),
    },
    comes: typeof comes === 'object' ? 'tag' : (comes ?? 'queue'),
    request: {
      secretId: name,
      target: by === 'self' ? 'self' : target.located,
      ...(isUpdate ? { settings: cast.update?.settings, reason: 'incident' } : { reason: 'leaked' }),
    },
    expected: expectedOf(part, cast),
  };
};

/** Makes throwaway keys at a provider, every one at an account of its own, and says what has to become of them. */
export const chaptersAt = (provider: SandboxName, sandbox: AttendedSandbox): readonly Chapter[] => {
  const { operations, story = plainParts(operations) } = SANDBOX_OF[provider].cast;
  return story.map((part, index) => chapterOf(provider, sandbox, part, index));
};
