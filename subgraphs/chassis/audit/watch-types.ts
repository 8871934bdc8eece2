import { getNamedType, isObjectType, type GraphQLNamedType, type GraphQLSchema } from 'graphql';
import type { AuditTrail } from '../audit-trail.ts';

/** Which thing of which patient a row is. */
export interface AuditedThing {
  readonly id: string;
  readonly patientId: string | null;
}

/** How to tell, for each GraphQL type whose values are data of a patient, what a value is. `Row` is what resolvers give for the type. */
export type AuditedTypes = Readonly<Record<string, AuditedType>>;

// Rows differ by type: each entry names its own.
export type AuditedType = (row: never) => AuditedThing;

/**
 * Has every value of these types that goes into an answer recorded as seen, whichever resolver it came from: a field, a list, a
 * connection, `_entities`. graphql-js asks a type before it completes a value of it, so that no resolver can forget it. A page is taken
 * for all that is on it, also where only cursors or its end are asked for: they tell of the things, too.
 * @throws TypeError when the schema lacks a type, or the type has an `isTypeOf` of its own
 */
export function watchTypes(schema: GraphQLSchema, audited: AuditedTypes): void {
  for (const [name, thingOf] of Object.entries(audited)) {
    const type = schema.getType(name);
    if (!isObjectType(type) || type.isTypeOf) throw new TypeError(`${name} is audited, and is no object type that can be watched`);
    type.isTypeOf = (row: unknown, { audit }: { readonly audit: AuditTrail }) => {
      const { id, patientId } = thingOf(row as never);
      audit.seen(name, id, patientId);
      return true;
    };
  }
  for (const type of Object.values(schema.getTypeMap())) {
    const node = nodeTypeOf(type);
    const thingOf = node && audited[node];
    if (!node || !thingOf || !isObjectType(type)) continue;
    type.isTypeOf = ({ edges }: { readonly edges: readonly { readonly node: unknown }[] }, { audit }: { readonly audit: AuditTrail }) => {
      for (const edge of edges) {
        const { id, patientId } = thingOf(edge.node as never);
        audit.seen(node, id, patientId);
      }
      return true;
    };
  }
}

/** The type of the things on a page, when the type is one of pages (Relay connections). */
function nodeTypeOf(type: GraphQLNamedType): string | undefined {
  const edges = isObjectType(type) ? type.getFields()['edges'] : undefined;
  const edge = edges && getNamedType(edges.type);
  const node = isObjectType(edge) ? edge.getFields()['node'] : undefined;
  return node && getNamedType(node.type).name;
}

/** A row with `id` and `patientId`. */
export const ofPatient: AuditedType = ({ id, patientId }: AuditedThing) => ({ id, patientId });
