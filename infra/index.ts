export type { MetricName } from '../functions/core/metric-names.ts';
export type { AlarmName, OptionalAlarmName } from './constructs/monitoring/alarm-name.ts';
export type { Alarms } from './constructs/monitoring/alarms.ts';
export { KeyRevocation } from './key-revocation.ts';
export type {
  CallLimits,
  KeyRevocationProps,
  Mode,
  OrganizationSenders,
  ProviderName,
} from './key-revocation-props.ts';
