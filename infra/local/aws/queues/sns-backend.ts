import { AwsError } from '../protocol/aws-error.ts';
import type { Backend } from '../protocol/call.ts';
import { type Emulator, inject } from './emulator.ts';

const textsIn = (message: string | null): Readonly<Record<string, unknown>> => {
  try {
    return JSON.parse(message ?? '') as Record<string, unknown>;
  } catch {
    throw new AwsError('InvalidParameter', 'Invalid parameter: Message Structure - JSON message body failed to parse');
  }
};

/** The form with the text for queues in place of the texts for all protocols: nobody else is delivered to here. */
const forQueues = (form: string): string => {
  const fields = new URLSearchParams(form);
  if (fields.get('MessageStructure') !== 'json') return form;
  const texts = textsIn(fields.get('Message'));
  if (typeof texts['default'] !== 'string')
    throw new AwsError(
      'InvalidParameter',
      'Invalid parameter: Message Structure - No default entry in JSON message body',
    );
  fields.set('Message', String(texts['sqs'] ?? texts['default']));
  return fields.toString();
};

/** SNS: the emulator, and a text of its own for each protocol, which it does not know by itself. */
export const snsBackend =
  (app: Emulator): Backend =>
  async (call) =>
    inject(app, call, call.action === 'Publish' ? forQueues(call.body) : call.body);
