/** Why a caller sends a request. */
export const REASONS = ['leaked', 'expired', 'rotated', 'offboarded', 'incident', 'manual'] as const;

export type Reason = (typeof REASONS)[number];

/** Whether the key may cost money by the second. */
export const isUrgent = (reason: Reason | null): boolean => reason === 'leaked' || reason === 'incident';
