/** Every alarm of an instance; the construct's id of `stuck` is `StuckAlarm`. */
export type AlarmName =
  | 'stuck'
  | 'undelivered'
  | 'requestsWaiting'
  | 'oldestOpenCase'
  | 'urgentWaiting'
  | 'timeToRevoke'
  | 'sweepNotRun'
  | 'limitReached'
  | 'resurrected'
  | 'notConfirmed'
  | 'providerErrors'
  | 'ledgerThrottled'
  | 'paused'
  | 'notificationsFailed'
  | 'itemFaults'
  | 'revokeFails'
  | 'sweepFails';
