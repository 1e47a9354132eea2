import type { Receipt } from '../../core/receipt.ts';
import { digest } from '../process/digest.ts';
import { oneLine, type Told } from './told.ts';

/** The schema of custom notifications that Amazon Q Developer in chat applications shows; whatever else comes it drops. */
export interface ChatNotification {
  readonly version: '1.0';
  readonly source: 'custom';
  readonly content: {
    readonly textType: 'client-markdown';
    readonly title: string;
    readonly description: string;
    readonly nextSteps?: readonly string[];
    readonly keywords: readonly string[];
  };
  readonly metadata: {
    /** News of one request stand in one thread. */
    readonly threadId: string;
    readonly summary: string;
    readonly eventType: string;
    readonly additionalContext: Readonly<Record<string, string>>;
  };
}

/** A sender's words mention nobody, link nowhere and end no code: chats take angle and square brackets and backticks for that. */
const plain = (text: string): string => oneLine(text).replace(/[<>[\]`]/g, ' ');

const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);

/**
 * Characters. AWS documents 250 for a title, 8,000 for a description, 350 for each next step and 75 for each keyword
 * (docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html). A title is a mail's subject, of 100 at the most. A description
 * stays below the 3,000 that Slack takes of one block of text. For the thread and its summary nothing is documented: short ones of our
 * own choice, since the summary is one line above the thread.
 */
const MOST = { description: 2_500, step: 350, word: 75, thread: 50 };

const threadOf = (requestId: string): string =>
  requestId.length <= MOST.thread ? plain(requestId) : digest(requestId).slice(0, 32);

/** A receipt as a chat shows it. */
export const chatOf = (receipt: Receipt, { subject, what, next, facts }: Told): ChatNotification => {
  const { outcome, provider, operation, requestId, request } = receipt;
  const lines = facts.map(([name, value]) => `*${name}* \`${plain(value)}\``);
  const keywords = [provider, operation, outcome, request.reason, request.reference];
  return {
    version: '1.0',
    source: 'custom',
    content: {
      textType: 'client-markdown',
      title: plain(subject),
      description: cut([plain(what), ...lines].join('\n'), MOST.description),
      ...(next && { nextSteps: [cut(next, MOST.step)] }),
      keywords: keywords.flatMap((word) => (word ? [cut(plain(word), MOST.word)] : [])),
    },
    metadata: {
      threadId: threadOf(requestId),
      summary: cut(plain(subject), MOST.word),
      eventType: outcome,
      additionalContext: { receiptId: receipt.receiptId, ...(receipt.code && { code: receipt.code }) },
    },
  };
};
