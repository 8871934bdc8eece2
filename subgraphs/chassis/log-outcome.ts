import { OperationTypeNode, type OperationDefinitionNode } from 'graphql';
import { refusalCodes, type RefusalCode } from './errors.ts';

const longestName = 60;

/** The client chose the name of its operation: a log keeps what a name is made of, and not more than a line needs. */
export function operationForLog(operationName: string | null | undefined, operation: OperationDefinitionNode | undefined): string {
  const name = operationName?.replace(/[^A-Za-z0-9_]/g, '').slice(0, longestName);
  return name || (operation?.operation ?? 'unknown');
}

/**
 * The codes with which fields of a mutation were refused; undefined when none was, or when the client did not ask for `userErrors`.
 * Codes of the catalogue only: a client can give the name `code` to another field, and messages name what people wrote.
 */
export function refusalsIn(operation: OperationDefinitionNode | undefined, data: unknown): RefusalCode[] | undefined {
  if (operation?.operation !== OperationTypeNode.MUTATION || !isRecord(data)) return undefined;
  const refusals = Object.values(data).flatMap((payload) => {
    const userErrors = isRecord(payload) ? payload['userErrors'] : undefined;
    return Array.isArray(userErrors) ? (userErrors as unknown[]) : [];
  });
  if (refusals.length === 0) return undefined;
  const codes = refusals.map((refusal) => (isRecord(refusal) ? refusal['code'] : undefined));
  return [...new Set(codes.filter(isRefusalCode))];
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isRefusalCode = (code: unknown): code is RefusalCode => typeof code === 'string' && Object.hasOwn(refusalCodes, code);
