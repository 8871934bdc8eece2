import { GraphQLError, parse } from 'graphql';
import type { DocumentNode } from 'graphql';
import { excessOf } from './measure-document.ts';
import type { OperationLimits } from './operation-limits.ts';
import { conditionalRoot, hasConditionalRoot } from './conditional-root.ts';
import { tooLarge } from './refusals.ts';

/** The text read, or the one error that refuses it. `syntax` errors are graphql-js's own. */
export type ReadDocument = { readonly document: DocumentNode } | { readonly refusal: GraphQLError; readonly because: 'limit' | 'syntax' };

/** Reads a document no further than the limits allow, before anything else looks at it. */
export function readDocument(text: string, limits: OperationLimits): ReadDocument {
  if (text.length > limits.characters)
    return { because: 'limit', refusal: tooLarge({ limit: 'characters', value: text.length, most: limits.characters }) };
  try {
    const document = parse(text, { maxTokens: limits.tokens });
    const excess = excessOf(document, limits);
    if (excess) return { because: 'limit', refusal: tooLarge(excess) };
    return hasConditionalRoot(document) ? { because: 'limit', refusal: conditionalRoot() } : { document };
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return tooManyTokens.test(error.message)
      ? { because: 'limit', refusal: tooLarge({ limit: 'tokens', value: null, most: limits.tokens }) }
      : { because: 'syntax', refusal: error };
  }
}

// graphql-js says it in no other way.
const tooManyTokens = /^Syntax Error: Document contains more that \d+ tokens/;

const mostKnown = 1_000;
const longestKept = 16 * 1024;

/**
 * The limits for those who read documents by themselves: null for a text that keeps to them, also for one that is no GraphQL.
 * Texts that passed are remembered, so that a known one costs nothing.
 */
export function documentGate(limits: OperationLimits): (text: string) => GraphQLError | null {
  const passed = new Set<string>();
  return (text) => {
    if (passed.has(text)) return null;
    const read = readDocument(text, limits);
    if (!('document' in read)) return read.because === 'limit' ? read.refusal : null;
    if (text.length > longestKept) return null;
    const [oldest] = passed;
    if (passed.size >= mostKnown && oldest !== undefined) passed.delete(oldest);
    passed.add(text);
    return null;
  };
}
