import { HttpError } from './http-refusal.ts';

/** The media types of GraphQL over HTTP. Where both are equally welcome, the first: it is what clients of old expect. */
const ours = ['application/json', 'application/graphql-response+json'] as const;

/** How welcome a media type is: weight first, then how precisely it was named, then how early. */
type Welcome = readonly [weight: number, precision: number, earliness: number];

/**
 * Which media type the client wants, by RFC 9110 §12.5.1. Decided before the operation runs: a mutation whose result nobody takes must
 * not have taken place.
 * @returns an `accept` header with that type alone, and before it the multipart types that the client takes for an answer in parts
 * @throws HttpError 406 when it takes none of ours
 */
export function answerType(accept: string | undefined): string {
  if (accept === undefined || accept === '*/*' || accept === 'application/json') return ours[0];
  const ranges = accept.split(',').map(readRange);
  const [json, response] = ours.map((type) => welcome(type, ranges));
  const chosen = json && (!response || compare(json, response) >= 0) ? ours[0] : response ? ours[1] : null;
  if (!chosen) throw new HttpError(406, 'BAD_REQUEST', `Answers come as ${ours.join(' or ')}. The accept header takes neither.`);
  const inParts = ranges.filter(({ name, weight }) => name === 'multipart/mixed' && weight > 0);
  return [...inParts.map(({ text }) => text), chosen].join(', ');
}

interface Range {
  readonly text: string;
  readonly name: string;
  readonly weight: number;
}

function readRange(text: string): Range {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  return { text: text.trim(), name, weight: weight === undefined ? 1 : Number(weight.slice(2)) || 0 };
}

function welcome(type: string, ranges: readonly Range[]): Welcome | null {
  for (const [vagueness, name] of [type, 'application/*', '*/*'].entries()) {
    const at = ranges.findIndex((range) => range.name === name);
    const weight = ranges[at]?.weight;
    if (weight !== undefined) return weight > 0 ? [weight, -vagueness, -at] : null; // the most precise range decides
  }
  return null;
}

const compare = (a: Welcome, b: Welcome): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
