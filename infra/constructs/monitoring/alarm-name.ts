/** Every alarm that each instance has; the construct's id of `stuck` is `StuckAlarm`. */
export type AlarmName =
  | 'stuck'
  | 'undelivered'
  | 'requestsWaiting'
  | 'urgentRequestsWaiting'
  | 'rechecksWaiting'
  | 'oldestOpenCase'
  | 'urgentWaiting'
  | 'timeToRevoke'
  | 'sweepNotRun'
  | 'reconciliationLate'
  | 'secretEventsLost'
  | 'limitReached'
  | 'resurrected'
  | 'notConfirmed'
  | 'providerErrors'
  | 'accessDenied'
  | 'ledgerThrottled'
  | 'paused'
  | 'notificationsFailed'
  | 'itemFaults'
  | 'recordsForged'
  | 'revokeFails'
  | 'revokeUrgentFails'
  | 'sweepFails';

/** An alarm that an instance has only with the prop `receiptsBus`. */
export type OptionalAlarmName = 'receiptsNotForwarded';
