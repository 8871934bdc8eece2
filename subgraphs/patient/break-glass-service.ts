import { endBreakGlassGrant, saveBreakGlassGrant } from '#chassis/access/known-break-glass.ts';
import { lock } from '#chassis/database.ts';
import { forbidden, notFound, Refusal } from '#chassis/errors.ts';
import { newId } from '#chassis/ids.ts';
import { mutate, type Outcome } from '#chassis/mutation.ts';
import { readPage, toConnection, type Connection } from '#chassis/paging.ts';
import { breakGlassRules } from './access.ts';
import {
  breakGlassByIds,
  breakGlassInForce,
  breakGlassOpenedSince,
  breakGlassPage,
  insertBreakGlass,
  markBreakGlassEnded,
  type BreakGlassRecord,
} from './break-glass-store.ts';
import type { PatientContext, Tx } from './context.ts';
import type { BreakGlassInput, EndBreakGlassInput, QuerybreakGlassGrantsArgs } from './generated/graphql.ts';
import { checked, readText, type Report } from './input-check.ts';
import { patientById } from './patient-store.ts';

type BreakGlassOutcome = Outcome<{ grantId: string }>;

/** DOMAIN 7. */
const lastsMs = 60 * 60 * 1_000;

export const isInForce = ({ endedAt, expiresAt }: BreakGlassRecord, now: Date): boolean => endedAt === null && now < expiresAt;

/** A grant if the caller may see it, null otherwise. */
export const visibleBreakGlass = async (context: PatientContext, id: string): Promise<BreakGlassRecord | null> =>
  breakGlassRules.visible(context, await context.loaders.breakGlass.load(id));

export async function findBreakGlass(context: PatientContext, args: QuerybreakGlassGrantsArgs): Promise<Connection<BreakGlassRecord>> {
  const inForceAt = args.inForce ? context.now() : null;
  const found = await breakGlassPage(context.database.client, breakGlassRules.inSight(context, 't'), { inForceAt }, readPage(args));
  return toConnection(found, await Promise.all(found.ids.map((id) => context.loaders.breakGlass.load(id))));
}

/**
 * Opens a chart for 60 minutes. Of a patient who treats nobody's question is asked: sensitive records and charts that a consent
 * closes are opened by it too, to those who treat. That an unknown id is NOT_FOUND tells only practitioners that nobody has it, and
 * whoever tries ids that somebody has leaves a grant behind for each.
 */
export async function openBreakGlass(context: PatientContext, input: BreakGlassInput): Promise<BreakGlassOutcome> {
  const { patientId } = input;
  const practitionerId = context.caller.practitionerId ?? '';
  const may = await breakGlassRules.may(context, 'open', { id: '', patientId, practitionerId });
  return mutate(context, 'breakGlass', input, async (tx: Tx, emit) => {
    if (!may) throw new Refusal('NOT_ALLOWED', 'Only practitioners open a chart in an emergency.');
    const reason = checked((report) => readReason(input.reason, report));
    await lock(tx, `break-glass:${practitionerId}:${patientId}`);
    if (!(await patientById(tx, patientId))) throw notFound('patient', ['patientId']);
    const now = context.now();
    const open = await breakGlassInForce(tx, patientId, practitionerId, now);
    if (open) return { grantId: open.id };
    const id = newId('bgl');
    const expiresAt = new Date(now.getTime() + lastsMs);
    await insertBreakGlass(tx, { id, patientId, practitionerId, reason, openedAt: now, expiresAt, endedAt: null, endedBy: null });
    const data = { grantId: id, patientId, practitionerId, openedAt: now.toISOString(), expiresAt: expiresAt.toISOString() };
    await saveBreakGlassGrant(tx, data);
    await emit('breakGlass.opened', id, data);
    return { grantId: id };
  });
}

/** A word is no reason: somebody must be able to judge it. */
function readReason(value: string, report: Report): string {
  const reason = readText(value, 500, ['reason'], report) ?? '';
  if (reason.length < 10) report(['reason'], 'Must have 10 to 500 characters: say why the chart must be opened.');
  return reason;
}

export async function endBreakGlass(context: PatientContext, input: EndBreakGlassInput): Promise<BreakGlassOutcome> {
  const known = await visibleBreakGlass(context, input.grantId);
  const may = known !== null && (await breakGlassRules.may(context, 'end', known));
  const outcome = await mutate(context, 'endBreakGlass', input, async (tx: Tx, emit) => {
    const path = ['grantId'];
    if (!known) throw notFound('break-glass', path);
    if (!may) throw new Refusal('NOT_ALLOWED', 'A privacy officer or who opened the chart ends this.', { path });
    const { id, patientId, practitionerId } = known;
    await lock(tx, `break-glass:${practitionerId}:${patientId}`);
    const current = (await breakGlassByIds(tx, [id])).get(id);
    const now = context.now();
    if (!current || !isInForce(current, now)) throw new Refusal('CONFLICT', 'It is over already.', { path });
    await markBreakGlassEnded(tx, id, context.caller.role === 'PRIVACY_OFFICER' ? 'PRIVACY_OFFICER' : 'PRACTITIONER', now);
    await endBreakGlassGrant(tx, id, now.toISOString());
    await emit('breakGlass.ended', id, { grantId: id, patientId, practitionerId, endedAt: now.toISOString() });
    return { grantId: id };
  });
  context.loaders.breakGlass.clear(input.grantId);
  return outcome;
}

/**
 * The ids of charts opened in an emergency: those of the last 60 minutes, so that who connects again has missed none, then each at once.
 * @throws FORBIDDEN for everyone but a privacy officer
 */
export async function* openedBreakGlass(context: PatientContext): AsyncGenerator<{ grantId: string }, void, undefined> {
  if (context.caller.role !== 'PRIVACY_OFFICER') throw forbidden('Only a privacy officer is told of each break-glass.');
  const watch = await context.changes.watch(['break-glass']);
  let told = new Set<string>();
  try {
    do {
      const recent = await breakGlassOpenedSince(context.database.client, new Date(context.now().getTime() - lastsMs));
      for (const grantId of recent) if (!told.has(grantId)) yield { grantId };
      told = new Set(recent);
    } while (await watch.next());
  } finally {
    watch.close();
  }
}
