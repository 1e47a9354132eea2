/** The option for a field of a request: `sub-member-id` for `subMemberId`. */
export const optionOf = (field: string): string => field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The field for an option. */
export const fieldOf = (option: string): string =>
  option.replaceAll(/-(.)/g, (_all, letter: string) => letter.toUpperCase());
