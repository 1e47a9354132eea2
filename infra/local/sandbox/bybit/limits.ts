import { createRollingWindow } from '../rate-limit.ts';

const IP_CAP = 600;
const IP_WINDOW_MS = 5_000;
const IP_BAN_MS = 600_000;

/** 600 requests in 5 s from one address close the door for 10 minutes (docs/v5/rate-limit). */
export const createDoor = () => {
  const window = createRollingWindow(IP_WINDOW_MS);
  const shutUntil = new Map<string, number>();
  return (address: string, at: number): boolean => {
    if (at < (shutUntil.get(address) ?? 0)) return false;
    if (window.take(address, IP_CAP, at) !== undefined) return true;
    shutUntil.set(address, at + IP_BAN_MS);
    return false;
  };
};

/** The limit of one endpoint and account in a rolling second, as headers and as a verdict. */
export const createLimiter = () => {
  const window = createRollingWindow(1_000);
  return (name: string, cap: number, at: number) => {
    const left = window.take(name, cap, at);
    const headers = {
      'x-bapi-limit': String(cap),
      'x-bapi-limit-status': String(left ?? 0),
      'x-bapi-limit-reset-timestamp': String(left === undefined ? window.freeAt(name) : at),
    };
    return { headers, isOver: left === undefined };
  };
};
