import type { Reply } from '../provider-side.ts';

/** Texts of the refusals (docs/v5/error); what follows in brackets is added by the one who refuses. */
const RET_MSG: Readonly<Record<number, string>> = {
  10001: 'Request parameter error.',
  10002: 'invalid request, please check your server timestamp or recv_window param.',
  10003: 'API key is invalid.',
  10004: 'error sign!',
  10005: 'Permission denied, please check your API key permissions.',
  10006: 'Too many visits. Exceeded the API Rate Limit.',
  10010: "Unmatched IP, please check your API key's bound IP addresses.",
  10032: 'Demo trading are not supported.',
  33004: 'Your api key has expired.',
  141004: 'sub member is not normal',
  141019: 'The API key IP whitelist can only be modified on the API management page.',
  141020: 'Sensitive permissions of a read-write API key can only be modified on the API management page.',
  500010: 'The subaccount does not belong to the parent account.',
};

/** The envelope of every JSON reply, HTTP 200 also for a refusal. */
export const envelope = (at: number, retCode: number, detail = '', result: unknown = {}): Reply => ({
  status: 200,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify({ retCode, retMsg: (RET_MSG[retCode] ?? '') + detail, result, retExtInfo: {}, time: at }),
});
