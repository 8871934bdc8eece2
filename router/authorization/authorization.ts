import type { Supergraph } from '@apollo/federation-internals';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { authorize, neededBy, type AuthorizedOperation } from './authorized-operation.ts';
import { compileRequirements } from './requirements.ts';
import { rightsQuestion, type Rights, type RightsQuestion } from './rights.ts';
import type { Policy } from './role-policies.ts';
import { securityDirectives } from './security-features.ts';

/** `@authenticated`, `@requiresScopes` and `@policy` of one supergraph. */
export interface Authorization {
  /** What must be known of a caller before the operation is planned. Found once for an operation of a document that is kept. */
  question(document: DocumentNode, operation: OperationDefinitionNode): RightsQuestion;
  /** What is left of the operation for a caller with these rights. The operation may be written in another way than it was asked about, with the same fields. */
  authorize(document: DocumentNode, operation: OperationDefinitionNode, rights: Rights): AuthorizedOperation;
}

/**
 * @param schema the supergraph's, with its directives
 * @throws when the supergraph cannot be enforced: a requirement that says nothing, or a policy that is not there
 */
export function createAuthorization(supergraph: Supergraph, schema: GraphQLSchema, policies: ReadonlyMap<string, Policy>): Authorization {
  const requirements = compileRequirements(schema, securityDirectives(supergraph));
  for (const requirement of requirements.byKey.values()) {
    const unknown = requirement.kind === 'policies' ? requirement.anyOf.flat().find((name) => !policies.has(name)) : undefined;
    if (unknown !== undefined)
      throw new Error(
        `The supergraph cannot be served: it names a policy "${unknown}". The router knows ${[...policies.keys()].join(', ')}.`,
      );
  }
  const questions = new WeakMap<OperationDefinitionNode, RightsQuestion>();

  function ask(document: DocumentNode, operation: OperationDefinitionNode): RightsQuestion {
    const needed = neededBy(document, operation, schema, requirements);
    return rightsQuestion(new Map([...requirements.byKey].filter(([key]) => needed.has(key))), policies);
  }

  return {
    question(document, operation) {
      const question = questions.get(operation) ?? ask(document, operation);
      questions.set(operation, question);
      return question;
    },
    authorize(document, operation, { met, all }) {
      if (all) return { document, refused: new Set(), refusedRoot: null, refusedTypes: new Set() };
      const isOpen = (keys: ReadonlySet<string>): boolean => [...keys].every((key) => met.has(key));
      return authorize(document, operation, { schema, requirements, isOpen });
    },
  };
}
