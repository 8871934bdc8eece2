import type { FormattedExecutionResult } from 'graphql';
import { writeResult } from '../write-result.ts';

const texts = new WeakMap<FormattedExecutionResult, string>();

/** The result as JSON, written once for all clients who share it. */
export function resultText(result: FormattedExecutionResult): string {
  let text = texts.get(result);
  if (text === undefined) {
    text = writeResult(result);
    texts.set(result, text);
  }
  return text;
}
