import type { Terminal } from './terminal.ts';

/** The same terminal without progress and notes. What was told appears before a question, since it says what the question is about. */
export const quiet = (terminal: Terminal): Terminal => {
  const told: string[] = [];
  return {
    ...terminal,
    live: undefined,
    show: () => undefined,
    tell: (lines) => void told.push(lines),
    ask: (question) => {
      for (const lines of told.splice(0)) terminal.tell(lines);
      return terminal.ask(question);
    },
  };
};
