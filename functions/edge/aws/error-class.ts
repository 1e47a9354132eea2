/** A class or system code such as `ThrottlingException` or `ECONNREFUSED`: nothing that could be data. */
const CLASS = /^[A-Za-z][\w.#-]{0,63}$/;

/** All of an error of the SDK that may be shown: its class, and the system code where that is another word. */
export const errorWords = (error: unknown): readonly string[] => {
  if (!(error instanceof Error)) return [];
  const code = 'code' in error && typeof error.code === 'string' ? [error.code] : [];
  return [...new Set([error.name, ...code])].filter((word) => CLASS.test(word) && word !== 'Error');
};

/** The class of an error of the SDK. */
export const classOf = (error: unknown): string => errorWords(error)[0] ?? 'Error';
