/** The option for a field of a request: `sub-member-id` for `subMemberId`. */
export const optionOf = (field: string): string => field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
