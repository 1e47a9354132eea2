export type { MetricName } from '../functions/core/metric-names.ts';
export type { AlarmName } from './constructs/alarm-name.ts';
export type { Alarms } from './constructs/alarms.ts';
export { KeyRevocation } from './key-revocation.ts';
export type { CallLimits, KeyRevocationProps, Mode, ProviderName } from './key-revocation-props.ts';
