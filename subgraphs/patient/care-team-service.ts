import { removeTreatingRelation, saveCareTeamRelation } from '#chassis/care-relations.ts';
import { lock } from '#chassis/database.ts';
import { notFound, Refusal } from '#chassis/errors.ts';
import { newId } from '#chassis/ids.ts';
import { mutate, type Outcome } from '#chassis/mutation.ts';
import { careTeamRules } from './access.ts';
import { careTeamMembersByIds, careTeamsByPatient, insertCareTeamMember, markCareTeamMemberRemoved } from './care-team-store.ts';
import type { CareTeamMemberRecord } from './care-team-store.ts';
import { readPractitionerId } from './consent-rules.ts';
import type { PatientContext, Tx } from './context.ts';
import type { AddCareTeamMemberInput, RemoveCareTeamMemberInput } from './generated/graphql.ts';
import { checked } from './input-check.ts';
import { seenPatient } from './seen-patient.ts';

type CareTeamOutcome = Outcome<{ careTeamMemberId: string }>;

/** More than this is a mistake or an abuse; it also lets the list do without pages. */
const mostMembers = 20;

/** An entry if the caller may see it, null otherwise. */
export const visibleCareTeamMember = async (context: PatientContext, id: string): Promise<CareTeamMemberRecord | null> =>
  careTeamRules.visible(context, await context.loaders.careTeamMember.load(id));

export const careTeamOf = async ({ loaders }: PatientContext, patientId: string): Promise<CareTeamMemberRecord[]> =>
  (await loaders.careTeam.load(patientId)) ?? [];

/** Lets a practitioner treat the patient until removed. Whether there is such a practitioner only the appointment service knows. */
export async function addCareTeamMember(context: PatientContext, input: AddCareTeamMemberInput): Promise<CareTeamOutcome> {
  const { patientId, practitionerId } = input;
  const { caller } = context;
  const inSight = await seenPatient(context, patientId);
  const may = await careTeamRules.may(context, 'add', { id: '', patientId, practitionerId });
  const outcome = await mutate(context, 'addCareTeamMember', input, async (tx: Tx, emit) => {
    if (!inSight) throw notFound('patient', ['patientId']);
    if (!may)
      throw new Refusal(
        'NOT_ALLOWED',
        'The patient, a proxy, the front desk or a practitioner who treats the patient adds to a care team.',
      );
    checked((report) => readPractitionerId(practitionerId, report));
    if (caller.role === 'PRACTITIONER' && caller.practitionerId === practitionerId)
      throw new Refusal('NOT_ALLOWED', 'A practitioner adds colleagues. Ask the patient or the front desk to add you.', {
        path: ['practitionerId'],
      });
    await lock(tx, `patient:${patientId}`);
    const members = (await careTeamsByPatient(tx, [patientId])).get(patientId) ?? [];
    const own = caller.role === 'PRACTITIONER' ? members.find((member) => member.practitionerId === caller.practitionerId) : undefined;
    // Or two colleagues could add each other for ever.
    if (own?.addedBy === 'PRACTITIONER')
      throw new Refusal('NOT_ALLOWED', 'A colleague added you to this care team. Ask the patient or the front desk to add others.');
    const existing = members.find((member) => member.practitionerId === practitionerId);
    if (existing)
      throw new Refusal('CONFLICT', `This practitioner belongs to the care team already: ${existing.id}.`, { path: ['practitionerId'] });
    if (members.length >= mostMembers)
      throw new Refusal('CONFLICT', `A care team has at most ${mostMembers} members. Remove one first.`, { path: ['practitionerId'] });
    const id = newId('ctm');
    const data = { memberId: id, patientId, practitionerId };
    await insertCareTeamMember(tx, {
      id,
      patientId,
      practitionerId,
      addedBy: adderOf(context, patientId),
      addedByPractitionerId: caller.role === 'PRACTITIONER' ? (caller.practitionerId ?? null) : null,
      addedAt: context.now(),
      removedAt: null,
    });
    await saveCareTeamRelation(tx, data);
    await emit('careTeam.memberAdded', id, data);
    return { careTeamMemberId: id };
  });
  context.loaders.careTeam.clear(patientId);
  return outcome;
}

function adderOf({ caller }: PatientContext, patientId: string): CareTeamMemberRecord['addedBy'] {
  if (caller.role === 'PRACTITIONER' || caller.role === 'FRONT_DESK') return caller.role;
  return caller.patientId === patientId ? 'PATIENT' : 'PROXY';
}

export async function removeCareTeamMember(context: PatientContext, input: RemoveCareTeamMemberInput): Promise<CareTeamOutcome> {
  const known = await visibleCareTeamMember(context, input.careTeamMemberId);
  const may = known !== null && (await careTeamRules.may(context, 'remove', known));
  const outcome = await mutate(context, 'removeCareTeamMember', input, async (tx: Tx, emit) => {
    const path = ['careTeamMemberId'];
    if (!known) throw notFound('care team entry', path);
    if (!may) throw new Refusal('NOT_ALLOWED', 'The patient, a proxy, the front desk or the practitioner who leaves ends this.', { path });
    const { id, patientId, practitionerId } = known;
    await lock(tx, `patient:${patientId}`);
    const current = (await careTeamMembersByIds(tx, [id])).get(id);
    if (!current || current.removedAt)
      throw new Refusal('CONFLICT', 'This practitioner does not belong to the care team any more.', { path });
    await markCareTeamMemberRemoved(tx, id, context.now());
    await removeTreatingRelation(tx, id);
    await emit('careTeam.memberRemoved', id, { memberId: id, patientId, practitionerId });
    return { careTeamMemberId: id };
  });
  context.loaders.careTeamMember.clear(input.careTeamMemberId);
  if (known) context.loaders.careTeam.clear(known.patientId);
  return outcome;
}
