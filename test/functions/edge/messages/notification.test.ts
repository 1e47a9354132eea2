import { describe, expect, it } from 'vitest';
import { type FinalOutcome, nameAndCode, REFUSED, STUCK } from '../../../../functions/core/outcome.ts';
import type { Receipt } from '../../../../functions/core/receipt.ts';
import { adviceFor, refusedForNow, sentence } from '../../../../functions/core/receipts/sentences.ts';
import { isForPeople, notificationOf } from '../../../../functions/edge/messages/notification.ts';
import { receiptForTest } from '../receipt-for-test.ts';

/** The receipt of an end, with the words that it has. */
const endedAs = (outcome: FinalOutcome, why = '', fields: Partial<Receipt> = {}): Receipt => {
  const { name, code } = nameAndCode(outcome);
  const message = sentence(outcome, why);
  return receiptForTest({ outcome: name, code, message, ...fields });
};

/** Every end that leaves something to do. */
const ENDINGS = [
  ...STUCK.map((code) => `stuck/${code}` as const),
  ...REFUSED.map((code) => `refused/${code}` as const),
];

describe('a mail', () => {
  it('says what happened, what to do, and which key and request it is about', () => {
    const receipt = endedAs('stuck/limit', 'The request ran out of time. It was last waiting for: limit', {
      keyState: 'alive',
      timeToRevokeMs: null,
    });
    expect(notificationOf(receipt).mail).toBe(
      [
        'The hourly limit of calls held the request back until its time ran out. The request ran out of time. It was last waiting for: limit.',
        '',
        'What to do: Raise the limit for a time and redrive.',
        '',
        'Key             SUBK…0001 at bybit mainnet',
        'State           alive',
        'Operation       delete-sub-key',
        'Signed by       key-revoker/bybit/desk',
        'Request         6f1c2b1e (attempt 1)',
        'Reason          leaked',
        'Reference       INC-2041',
        'Due             2026-11-21T12:00:00.000Z',
        'Receipt         6f1c2b1e#1',
      ].join('\n'),
    );
  });

  it('of a message that was refused says the id that it was sent with', () => {
    const request = { ...receiptForTest().request, id: 'mine' };
    expect(notificationOf(endedAs('refused/request-id-reused', '', { request })).mail).toContain(
      ['Request         6f1c2b1e (attempt 1)', 'Asked as        mine'].join('\n'),
    );
  });

  it('of a dead key says how long it took, and asks for nothing', () => {
    const { mail } = notificationOf(endedAs('revoked'));
    expect(mail).toContain('Time to revoke  0.4 s');
    expect(mail).not.toContain('What to do');
  });

  it('of a refusal that may be an outage asks for the same as the end that would come', () => {
    const wouldEnd = 'stuck/credential-refused';
    const message = refusedForNow(wouldEnd, '2026-11-21T13:00:00.000Z');
    const receipt = receiptForTest({ outcome: 'retry', code: 'refused-for-now', final: false, wouldEnd, message });
    expect(isForPeople(receipt)).toBe(true);
    const next = adviceFor(wouldEnd);
    const { mail, chat } = notificationOf(receipt);
    expect(mail).toContain(`Treat the key as alive until the final receipt.\n\nWhat to do: ${next}.`);
    expect(chat.content.nextSteps).toEqual([next]);
    const waiting = receiptForTest({ outcome: 'retry', code: 'no-reply', final: false });
    expect(notificationOf(waiting).mail).not.toContain('What to do');
  });

  it('leaves out what is not known', () => {
    const unknown = { provider: null, operation: null, environment: null, signer: null, key: null } as const;
    const { mail } = notificationOf(
      endedAs('refused/malformed', 'Cannot read the body: it must be a JSON object', unknown),
    );
    expect(mail).not.toMatch(/^(Key|Operation|Signed by)/m);
    expect(mail).not.toMatch(/null|undefined/);
  });
});

describe('a chat message', () => {
  const chat = (receipt: Receipt) => notificationOf(receipt).chat;

  it('has the form that chats of AWS show', () => {
    expect(chat(endedAs('stuck/signer-gone'))).toEqual({
      version: '1.0',
      source: 'custom',
      content: {
        textType: 'client-markdown',
        title: 'Key stuck (signer-gone) bybit/delete-sub-key mainnet',
        description: expect.stringMatching(
          /^The managing key has itself been revoked\n\*Key\* `SUBK…0001 at bybit mainnet`\n/,
        ),
        nextSteps: ['Send a new request, signed with another managing key'],
        keywords: ['bybit', 'delete-sub-key', 'stuck', 'leaked', 'INC-2041'],
      },
      metadata: {
        threadId: '6f1c2b1e',
        summary: 'Key stuck (signer-gone) bybit/delete-sub-key mainnet',
        eventType: 'stuck',
        additionalContext: { receiptId: '6f1c2b1e#1', code: 'signer-gone' },
      },
    });
  });

  it.each(ENDINGS)('of %s has its next step apart from what happened', (ending) => {
    const { content } = chat(endedAs(ending, 'Particulars'));
    const [first = ''] = content.description.split('\n');
    expect([first, ...(content.nextSteps ?? [])].join('. ')).toBe(sentence(ending, 'Particulars'));
    expect(content.nextSteps).toHaveLength(1);
  });

  it('mentions nobody and links nowhere, whatever a sender wrote', () => {
    const request = {
      reason: 'leaked',
      requestedBy: null,
      sender: null,
      reference: '<!channel> `<https://x|y>`',
    } as const;
    const text = JSON.stringify(chat(receiptForTest({ request, requestId: '<@U123>\n', environment: '<!here>' })));
    expect(text).not.toMatch(/[<>]/);
    expect(text).toContain('!channel');
  });

  /** What ends a line in some reader, or turns its direction. */
  const BREAKS = ['\n', '\r', '\v', '\f', '\u0085', '\u2028', '\u2029', '\u202E', '\u2066', '\u200F', '\0', '\x1B'];

  it.each(BREAKS)('forges no line, in a mail or in a chat: %j', (mark) => {
    const forged = `x${mark}State         dead${mark}${mark}*Key* [here](https://evil.example) \``;
    const request = { reason: 'leaked', requestedBy: null, sender: null, reference: forged } as const;
    const receipt = receiptForTest({ request, message: `What: ${forged}`, keyState: 'alive' });
    const { mail } = notificationOf(receipt);
    const { content } = chat(receipt);
    expect(mail).not.toContain(mark === '\n' ? '\nState         dead' : mark);
    expect(mail.match(/^State .*$/gm)).toEqual(['State           alive']);
    expect(content.description.split('\n').filter((line) => line.includes('*State*'))).toEqual(['*State* `alive`']);
    expect(JSON.stringify(content)).not.toMatch(/[[\]]\(|\]\(/);
    // Each of our lines has the backticks of its own value only.
    for (const line of content.description.split('\n').slice(1)) expect(line.match(/`/g)).toHaveLength(2);
  });

  it('keeps news of one request in one thread, however long its name', () => {
    const requestId = `expiry-${'a'.repeat(64)}`;
    const of = (fields: Partial<Receipt>) => chat(receiptForTest({ requestId, ...fields })).metadata.threadId;
    expect(of({ receiptId: 'x#1' })).toBe(of({ receiptId: 'x#2', outcome: 'stuck' }));
    expect(of({})).toMatch(/^[0-9a-f]{32}$/);
    expect(of({ requestId: `${requestId}b` })).not.toBe(of({}));
  });

  it('is cut where AWS documents that a field ends, and before where chats do', () => {
    const reference = 'r'.repeat(1_024);
    const request = { reason: 'leaked', requestedBy: null, sender: null, reference } as const;
    const { content, metadata } = chat(
      receiptForTest({ message: 'm'.repeat(5_000), request, environment: 'e'.repeat(300) }),
    );
    expect(content.title.length).toBeLessThanOrEqual(250);
    expect(content.description).toHaveLength(2_500);
    expect(content.keywords.map((word) => word.length)).toContain(75);
    expect(content.keywords.filter((word) => word.length > 75)).toEqual([]);
    expect(metadata.summary).toHaveLength(75);
  });

  it('has every next step in full', () => {
    const steps = ENDINGS.flatMap((ending) => chat(endedAs(ending, 'Particulars')).content.nextSteps ?? []);
    expect(steps).toHaveLength(ENDINGS.length);
    expect(steps.filter((step) => step.length > 350 || step.endsWith('…'))).toEqual([]);
  });
});
