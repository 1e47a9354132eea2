import { expect, it } from 'vitest';
import { NAMESPACE } from '../../../functions/core/metric-names.ts';

it('keeps the namespace, which the alarms and dashboards of users name', () => expect(NAMESPACE).toBe('KeyRevoker'));
