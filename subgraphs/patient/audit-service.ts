import { badInput } from '#chassis/errors.ts';
import { readPage, toConnection, type Connection } from '#chassis/paging.ts';
import { findAuditEvents, type AuditEventRow } from './audit-store.ts';
import type { PatientContext } from './context.ts';
import type { AuditAction, QueryauditEventsArgs } from './generated/graphql.ts';

// Who may see audit records. What is not said here is denied.
//
//   accessHistory, disclosures   PATIENT: of the own chart and as a proxy (DOMAIN: "own access history")
//   auditEvents                  PRIVACY_OFFICER: all

const mayInvestigate = ({ caller }: PatientContext): boolean => caller.role === 'PRIVACY_OFFICER';

const mayReadHistory = async ({ caller, charts }: PatientContext, patientId: string): Promise<boolean> =>
  caller.role === 'PATIENT' && (await charts.mayOpen(patientId));

const longestText = 200;

/** @throws BAD_USER_INPUT naming the argument */
export async function searchAuditEvents(
  context: PatientContext,
  { filter, ...pageArguments }: Partial<QueryauditEventsArgs>,
): Promise<Connection<AuditEventRow> | null> {
  if (!mayInvestigate(context)) {
    context.audit.denied('AuditEvent', '*', null);
    return null;
  }
  for (const field of ['subject', 'requestId'] as const)
    if ((filter?.[field]?.length ?? 0) > longestText) throw badInput(`filter.${field}`, `has more than ${longestText} characters.`);
  const page = await findAuditEvents(
    context.database.client,
    {
      patientId: filter?.patientId ?? null,
      subject: filter?.subject ?? null,
      requestId: filter?.requestId ?? null,
      from: filter?.from ?? null,
      to: filter?.to ?? null,
      action: filter?.action ? codes[filter.action] : null,
      outcome: filter?.outcome ?? null,
      disclosuresOnly: filter?.disclosuresOnly ?? false,
    },
    readPage(pageArguments),
  );
  return toConnection(page, await Promise.all(page.ids.map((id) => context.loaders.auditEvent.load(id))));
}

/** Of one patient; null for everyone but the patient and their proxies. */
export async function accessesOf(
  context: PatientContext,
  patientId: string,
  args: Parameters<typeof readPage>[0],
  kind: 'accessPage' | 'disclosurePage',
): Promise<Connection<AuditEventRow> | null> {
  if (!(await mayReadHistory(context, patientId))) {
    context.audit.denied('Patient', patientId, patientId);
    return null;
  }
  const { loaders } = context;
  const page = await loaders[kind].load(patientId, readPage(args));
  return toConnection(page, await Promise.all(page.ids.map((id) => loaders.auditEvent.load(id))));
}

const codes = { CREATE: 'C', READ: 'R', UPDATE: 'U', DELETE: 'D', EXECUTE: 'E' } as const satisfies Record<AuditAction, string>;
const actions: Readonly<Record<string, AuditAction>> = Object.fromEntries(
  Object.entries(codes).map(([action, code]) => [code, action as AuditAction]),
);

/** @throws TypeError for a code that no record has */
export function actionOf({ action }: AuditEventRow): AuditAction {
  const known = actions[action];
  if (!known) throw new TypeError(`an audit record has the action ${action}`);
  return known;
}
