import { expect, it } from 'vitest';
import { forgottenKey, operatorWrites } from '../../../../functions/core/ledger/operator-items.ts';

it('keeps what was forgotten by request', () =>
  expect(forgottenKey('R')).toEqual({ pk: 'forgotten#R', sk: 'forgotten' }));

it('lets an operator write limits, the pause, what is forgotten and what is redriven', () =>
  expect(operatorWrites(['bybit', 'kalshi', 'requesty'])).toEqual([
    'limit#bybit',
    'limit#kalshi',
    'limit#requesty',
    'control',
    'forgotten#*',
    'redrive#*',
  ]));
