import { AnswerText } from './execute/router-result.ts';

/** Writes a response. The executor has written the data already: they are put in as they are. */
export function writeResult(result: object): string {
  const { data, ...rest } = result as { readonly data?: unknown };
  if (!(data instanceof AnswerText)) return JSON.stringify(result);
  const text = JSON.stringify(rest);
  return text === '{}' ? `{"data":${data.text}}` : `${text.slice(0, -1)},"data":${data.text}}`;
}
