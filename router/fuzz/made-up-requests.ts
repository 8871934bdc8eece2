import {
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { GraphQLInputType, GraphQLNamedType, GraphQLSchema } from 'graphql';
import type { Random } from './random.ts';

/** A request as it goes over the wire. */
export interface MadeUpRequest {
  readonly kind: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string | null;
}

const plain = { 'content-type': 'application/json', authorization: 'Bearer good' };
const post = (kind: string, body: unknown, headers: Record<string, string> = plain): MadeUpRequest => ({
  kind,
  method: 'POST',
  path: '/graphql',
  headers,
  body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
});

/** One request of a kind that chance takes: bytes, JSON, documents of our schema whole and broken, variables, headers, addresses. */
export function madeUpRequest(random: Random, schema: GraphQLSchema): MadeUpRequest {
  const document = (): string => madeUpDocument(random, schema);
  switch (random.below(8)) {
    case 0:
      return post('bytes', Buffer.from(Array.from({ length: random.below(400) }, () => random.below(256))));
    case 1:
      return post('JSON', json(random, 4));
    case 2:
      return post(
        'JSON around a document',
        `{"query":${JSON.stringify(document())},${JSON.stringify(random.pick(names))}:${json(random, 3)},"operationName":${random.pick(['null', '"Q"', '5', '{}'])}}`,
      );
    case 3:
      return post('a document', { query: document() });
    case 4:
      return post('a broken document', { query: broken(random, document()) });
    case 5:
      return post('variables', `{"query":${JSON.stringify(random.pick(withVariables))},"variables":${json(random, 4, true)}}`);
    case 6: {
      const headers = Object.fromEntries(
        Array.from({ length: random.below(4) }, () => [random.pick(headerNames), random.pick(headerValues)]),
      );
      return post('headers', { query: document() }, { ...plain, ...headers });
    }
    default: {
      const parameters = new URLSearchParams({
        query: random.chance(0.7) ? document().slice(0, 4_000) : broken(random, '{ me { role } }'),
      });
      if (random.chance(0.5)) parameters.append(random.pick(names), json(random, 2));
      return {
        kind: 'an address',
        method: 'GET',
        path: `/graphql?${parameters.toString()}`,
        headers: { authorization: 'Bearer good' },
        body: null,
      };
    }
  }
}

const names = ['variables', 'extensions', 'operationName', 'query', 'documentId', '__proto__', 'constructor', 'toString', 'id', ''];

const texts = [
  '',
  'x',
  '\u0000',
  '__proto__',
  'constructor',
  '💥',
  '\ud800',
  'pat_01',
  "'; --",
  '../..',
  '{',
  '1e999',
  'x'.repeat(5_000),
  '\u202e',
];

/** A value as text: what is nested too deeply could not be written by JSON.stringify. @param record is the value an object? */
function json(random: Random, depth: number, record = false): string {
  const kind = record ? 5 : random.below(depth > 0 ? 7 : 5);
  if (kind === 0) return 'null';
  if (kind === 1) return String(random.chance(0.5));
  if (kind === 2) return random.pick(['0', '-1', '1', '1.5', '2147483648', '-9007199254740992', '1e308', '1e999', '100', '101']);
  if (kind <= 4) return JSON.stringify(random.pick(texts));
  if (kind === 6) {
    if (random.chance(0.03)) return `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    return `[${Array.from({ length: random.below(5) }, () => json(random, depth - 1)).join()}]`;
  }
  const keys = [...names, 'id', 'first', 'input', 'filter', 'patientId', 'n', 'b', 'at'];
  const members = Array.from({ length: random.below(6) }, () => `${JSON.stringify(random.pick(keys))}:${json(random, depth - 1)}`);
  return `{${members.join()}}`;
}

const withVariables = [
  'query Q($id: ID!) { patient(id: $id) { id name { text } } }',
  'query Q($first: Int = 5) { medications(first: $first) { edges { node { id } } } }',
  'query Q($filter: PatientFilter, $first: Int) { patients(filter: $filter, first: $first) { edges { cursor node { id } } } }',
  'mutation Q($input: BookAppointmentInput!) { bookAppointment(input: $input) { userErrors { code } } }',
  'query Q($n: Int, $b: Boolean = true) { practitioners(first: $n) @include(if: $b) { edges { node { id } } } }',
  'query Q($at: DateTime!, $id: ID!) { availableSlots(healthcareServiceId: $id, from: $at, to: $at, first: 3) { startsAt } }',
];

const headerNames = [
  'accept',
  'content-type',
  'accept-encoding',
  'content-encoding',
  'authorization',
  'origin',
  'x-request-id',
  'forwarded',
  'x-forwarded-for',
  'x-purpose-of-use',
  'sec-fetch-site',
  'apollo-require-preflight',
  'cookie',
];
const headerValues = [
  '',
  '*/*',
  'text/html',
  'text/event-stream',
  'multipart/mixed',
  'multipart/mixed;deferSpec=20220824',
  'application/json; charset=utf-16',
  'application/graphql-response+json',
  'gzip',
  'br;q=0',
  'identity;q=0',
  'Bearer',
  'Bearer good',
  'Bearer x.y.z',
  'Basic eDp5',
  'null',
  'https://elsewhere.example',
  'TREAT',
  'x'.repeat(3_000),
  'for=1.2.3.4',
  '127.0.0.1, evil',
  'é',
];

/** Characters of a document left out, doubled, changed or moved. */
function broken(random: Random, document: string): string {
  let text = document;
  for (let round = random.below(4) + 1; round > 0; round--) {
    const at = random.below(text.length + 1);
    const piece = random.pick([
      '',
      '{',
      '}',
      '(',
      '"',
      '"""',
      '$',
      '...',
      '@',
      '[',
      '\\u0000',
      '\u0000',
      '#',
      ':',
      '!',
      '9e9',
      'fragment F on Query { ...F }',
      'é',
    ]);
    text = text.slice(0, at) + piece + text.slice(at + random.below(3));
  }
  return text;
}

/** A document that mostly fits the schema: fields, aliases, arguments, directives, fragments, variables. */
function madeUpDocument(random: Random, schema: GraphQLSchema): string {
  const operation = random.pick(['query', 'query', 'query', 'mutation', 'subscription'] as const);
  const root = { query: schema.getQueryType(), mutation: schema.getMutationType(), subscription: schema.getSubscriptionType() }[operation];
  const fragments: string[] = [];

  function selections(type: GraphQLNamedType, depth: number): string {
    const fields = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
    if (fields.length === 0) return '{ __typename }';
    const selected = Array.from({ length: random.below(4) + 1 }, () => {
      if (random.chance(0.05)) return '__typename';
      if (random.chance(0.02))
        return random.pick(['nowhere', '__schema { types { name } }', '_entities(representations: []) { __typename }', '_service { sdl }']);
      const field = random.pick(fields);
      const named = getNamedType(field.type);
      if (isCompositeType(named) && depth === 0) return '__typename';
      const given = field.args
        .filter(({ type: wanted }) => isNonNullType(wanted) || random.chance(0.3))
        .map(({ name, type: wanted }) => `${name}: ${literal(wanted, 2)}`);
      const inner = isCompositeType(named) ? ` ${selections(named, depth - 1)}` : '';
      const alias = random.chance(0.15) ? `a${random.below(5)}: ` : '';
      const directive = random.chance(0.1)
        ? random.pick([' @skip(if: false)', ' @include(if: $b)', ' @include(if: true)', ' @nowhere'])
        : '';
      return `${alias}${field.name}${given.length > 0 ? `(${given.join(' ')})` : ''}${directive}${inner}`;
    }).join(' ');
    if (!random.chance(0.15)) return `{ ${selected} }`;
    if (random.chance(0.5)) return `{ ... on ${type.name}${random.chance(0.2) ? ' @defer' : ''} { ${selected} } }`;
    fragments.push(`fragment F${fragments.length} on ${type.name} { ${selected} }`);
    return `{ ...F${fragments.length - 1} ...F${random.below(fragments.length)} }`;
  }

  function literal(type: GraphQLInputType, depth: number): string {
    if (random.chance(0.05))
      return random.pick(['null', '$v', '$b', '"x"', '5', '-1', '1e400', 'true', 'NOWHERE', '[]', '{}', '[[[]]]', '{ __proto__: 1 }']);
    if (isNonNullType(type)) return literal(type.ofType, depth);
    if (isListType(type)) return `[${literal(type.ofType, depth)}]`;
    if (isEnumType(type)) return random.pick(type.getValues()).name;
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter((field) => isNonNullType(field.type) || (depth > 0 && random.chance(0.3)));
      return `{ ${fields.map((field) => `${field.name}: ${literal(field.type, depth - 1)}`).join(' ')} }`;
    }
    return ({ Int: '5', Float: '1.5', Boolean: 'true' } as Record<string, string>)[type.name] ?? '"2026-01-01T00:00:00Z"';
  }

  const body = root ? selections(root, 1 + random.below(7)) : '{ __typename }';
  const text = `${body} ${fragments.join(' ')}`;
  const variables = [text.includes('$v') ? '$v: Int' : '', text.includes('$b') ? '$b: Boolean = true' : ''].join(' ').trim();
  return `${operation} Q${variables ? `(${variables})` : ''} ${text}`;
}
