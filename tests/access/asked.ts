import { getNamedType, isCompositeType, isListType, isNonNullType, isObjectType } from 'graphql';
import type { GraphQLField, GraphQLObjectType, GraphQLOutputType, GraphQLSchema } from 'graphql';

// What a document asks, as a tree: written as GraphQL in several forms, and walked again along with the answer.

/** A thing has an id, a part belongs to the thing that it is in, a page lists things. */
export type Kind = 'value' | 'part' | 'thing' | 'page';

export interface Asked {
  /** Where it stands in the answer. */
  readonly key: string;
  readonly parent: string;
  readonly field: string;
  readonly type: string;
  readonly kind: Kind;
  readonly arguments: string;
  readonly isList: boolean;
  readonly children: readonly Asked[];
}

export type Form = 'plain' | 'alias' | 'fragment' | 'inline fragment';
export const forms: readonly Form[] = ['plain', 'alias', 'fragment', 'inline fragment'];

const wrapper = /(?:Connection|Edge|Payload)$|^(?:PageInfo|UserError|Query|Mutation|Subscription|_Service)$/;

/** Types that only carry others: what they show is what is in them. */
export const isWrapper = (type: string): boolean => wrapper.test(type);

export const isThing = (type: unknown): type is GraphQLObjectType =>
  isObjectType(type) && !isWrapper(type.name) && type.getFields()['id'] !== undefined;

export const objectTypes = (schema: GraphQLSchema): GraphQLObjectType[] =>
  Object.values(schema.getTypeMap()).filter((type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'));

const listed = (type: GraphQLOutputType): boolean => (isNonNullType(type) ? listed(type.ofType) : isListType(type));

export function kindOf(field: GraphQLField<unknown, unknown>): { kind: Kind; type: GraphQLObjectType | null; name: string } {
  const type = getNamedType(field.type);
  if (!isCompositeType(type)) return { kind: 'value', type: null, name: type.name };
  const object = type as GraphQLObjectType;
  if (object.name.endsWith('Connection')) {
    const edge = getNamedType(object.getFields()['edges']?.type as GraphQLOutputType) as GraphQLObjectType;
    const node = getNamedType(edge.getFields()['node']?.type as GraphQLOutputType) as GraphQLObjectType;
    return { kind: 'page', type: node, name: node.name };
  }
  return { kind: isThing(object) ? 'thing' : 'part', type: object, name: object.name };
}

/** Asks for a field; below it `children`, by default all of a part and the ids of things. */
export function ask(
  parent: GraphQLObjectType,
  name: string,
  more: { children?: readonly Asked[]; arguments?: string; key?: string } = {},
): Asked {
  const field = parent.getFields()[name];
  if (!field) throw new Error(`${parent.name} has no field ${name}`);
  const { kind, type, name: typeName } = kindOf(field);
  const children = more.children ?? (type && kind === 'part' ? Object.keys(type.getFields()).map((inner) => ask(type, inner)) : []);
  return {
    key: more.key ?? name,
    parent: parent.name,
    field: name,
    type: typeName,
    kind,
    arguments: more.arguments ?? '',
    isList: listed(field.type),
    children,
  };
}

/** The root fields, as a selection and the fragments that it uses. Aliases are part of the form: `read` finds them again. */
export function write(roots: readonly Asked[], form: Form): string {
  const fragments: string[] = [];
  const selection = (type: string, asked: readonly Asked[], always: string): string => {
    const body = `${always}${asked.map(one).join(' ')}`;
    if (form === 'inline fragment') return `{ ... on ${type} { ${body} } }`;
    if (form !== 'fragment') return `{ ${body} }`;
    const name = `F${fragments.push('')}`;
    fragments[Number(name.slice(1)) - 1] = `fragment ${name} on ${type} { ${body} }`;
    return `{ ...${name} }`;
  };
  const one = (asked: Asked): string => {
    const key = keyIn(asked, form);
    const head = `${key === asked.field ? '' : `${key}: `}${asked.field}${asked.arguments}`;
    if (asked.kind === 'value') return head;
    if (asked.kind === 'part') return `${head} ${selection(asked.type, asked.children, '')}`;
    const below = selection(asked.type, asked.children, '__typename id ');
    return asked.kind === 'thing' ? `${head} ${below}` : `${head} { edges { cursor node ${below} } pageInfo { hasNextPage endCursor } }`;
  };
  return [`{ ${roots.map(one).join(' ')} }`, ...fragments].join(' ');
}

export const keyIn = ({ key }: Asked, form: Form): string => (form === 'alias' ? `as_${key}` : key);
