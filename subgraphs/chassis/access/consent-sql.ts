import { raw, type Sql, sqltag as sql } from '@prisma/client/runtime/client';
import type { SqlExecutor } from '../database.ts';
import type { ConsentQuestion } from './consent-decision.ts';

// The decision of consent-decision.ts as conditions of SQL, for lists, counts and search. access.int.test.ts holds the two together.

/**
 * How long after the patient service was heard last its consents may still open something. It says every 5 s that nothing is new,
 * so more than this means that a revocation may be on its way: what only a consent opens is hidden then.
 */
export const consentsMaxAgeSeconds = 60;

/** True while the consents kept here are the patient service's. In its own database a row says that they always are. */
export const consentsAreFresh: Sql = sql`exists (select from inbox_source as heard where heard.source = 'patient' and heard.heard_at > now() - make_interval(secs => ${raw(String(consentsMaxAgeSeconds))}))`;

/** The same as an answer, in a transaction. */
export async function readConsentsAreFresh(tx: SqlExecutor): Promise<boolean> {
  const [known] = await tx.$queryRaw<{ fresh: boolean }[]>(sql`select ${consentsAreFresh} as fresh`);
  return known?.fresh === true;
}

/** Consents `c` that count now for this caller, whatever they are about. */
function counting({ practitionerId, purpose }: ConsentQuestion): Sql {
  return sql`(c.practitioner_id is null or c.practitioner_id = ${practitionerId}::text)
    and (c.period_start is null or c.period_start <= now()) and (c.period_end is null or now() < c.period_end)
    and (c.purposes = '{}' or ${purpose === null ? sql`c.provision = 'DENY'` : sql`${purpose} = any (c.purposes)`})`;
}

/** Whether a consent closes the whole chart of this patient (an expression) to the caller. */
export function chartClosedSql(question: ConsentQuestion, patient: Sql): Sql {
  const named = question.practitionerId === null ? sql`false` : sql`c.practitioner_id is not null`;
  return sql`exists (select from active_consent as c where c.patient_id = ${patient} and c.provision = 'DENY' and c.sensitivities = '{}' and ${counting(question)}
    and (${named} or not exists (select from active_consent as c where c.patient_id = ${patient} and c.provision = 'PERMIT' and c.sensitivities = '{}' and ${counting(question)} and ${named})))`;
}

/** Whether consents open a record of this patient with these labels (a text array): every label one that permits. */
export function consentsOpenSql(question: ConsentQuestion, patient: Sql, labels: Sql): Sql {
  return sql`(${labels} = '{}' or (${consentsAreFresh} and not exists (select from unnest(${labels}) as label where not coalesce((
    select case when bool_or(c.practitioner_id is not null) then bool_and(c.provision = 'PERMIT') filter (where c.practitioner_id is not null) else bool_and(c.provision = 'PERMIT') end
    from active_consent as c where c.patient_id = ${patient} and label = any (c.sensitivities) and ${counting(question)}), false))))`;
}
