import { createHash } from 'node:crypto';
import { canonicalJson } from '#chassis/mutation.ts';
import { lock } from '#chassis/database.ts';
import type { Tx } from '../context.ts';
import { ingredients, maxDailySource } from './ingredients.ts';
import { interactions } from './interactions.ts';
import { medications } from './medications.ts';
import { demoPharmacies } from './pharmacies.ts';
import { sensitivitiesOf } from './sensitivities.ts';
import { stableId } from './stable-id.ts';

const medicationRows = medications.map(({ composition, doseUnit, ...row }) => ({
  ...row,
  id: stableId('med', row.code),
  dose_unit: doseUnit,
  sensitivities: sensitivitiesOf(composition),
  composition,
}));
const ingredientRows = ingredients.map(({ maxDailyMg, ...row }) => ({
  ...row,
  max_daily_micrograms: maxDailyMg === null ? null : Math.round(maxDailyMg * 1000),
  max_daily_source: maxDailyMg === null ? null : maxDailySource(row.name),
}));
const compositionRows = medicationRows.flatMap(({ id, composition }) =>
  composition.map(({ slug, micrograms }, position) => ({ medication_id: id, ingredient_slug: slug, position, micrograms })),
);

/**
 * Brings the tables of the catalogue to what these files say. Writes nothing when they say the same as the last time.
 * A medication that is no longer in the files stays, since prescriptions name it, and becomes unavailable.
 * @returns whether something was written
 */
export async function syncCatalogue(tx: Tx, now: Date): Promise<boolean> {
  const hash = createHash('sha256')
    .update(canonicalJson([ingredientRows, medicationRows, interactions]))
    .digest('hex');
  return syncOnce(tx, 'medications', hash, now, async () => {
    await tx.$executeRaw`
      insert into ingredient (slug, name, classes, max_daily_micrograms, max_daily_source)
      select * from jsonb_to_recordset(${JSON.stringify(ingredientRows)}::jsonb)
        as r (slug text, name text, classes text[], max_daily_micrograms bigint, max_daily_source text)
      on conflict (slug) do update set name = excluded.name, classes = excluded.classes,
        max_daily_micrograms = excluded.max_daily_micrograms, max_daily_source = excluded.max_daily_source`;
    await tx.$executeRaw`
      insert into medication (id, code, name, form, strength, route, dose_unit, schedule, sensitivities, available)
      select r.*, true from jsonb_to_recordset(${JSON.stringify(medicationRows)}::jsonb)
        as r (id text, code text, name text, form text, strength text, route medication_route, dose_unit dose_unit, schedule dea_schedule,
          sensitivities sensitivity_category[])
      on conflict (id) do update set name = excluded.name, form = excluded.form, strength = excluded.strength, route = excluded.route,
        dose_unit = excluded.dose_unit, schedule = excluded.schedule, sensitivities = excluded.sensitivities, available = true`;
    await tx.$executeRaw`update medication set available = false where id <> all (${medicationRows.map(({ id }) => id)})`;
    await tx.$executeRaw`delete from medication_ingredient where medication_id = any (${medicationRows.map(({ id }) => id)})`;
    await tx.$executeRaw`
      insert into medication_ingredient (medication_id, ingredient_slug, position, micrograms)
      select * from jsonb_to_recordset(${JSON.stringify(compositionRows)}::jsonb)
        as r (medication_id text, ingredient_slug text, position integer, micrograms bigint)`;
    await tx.$executeRaw`delete from interaction`;
    await tx.$executeRaw`
      insert into interaction (a, b, severity, effect, source)
      select * from jsonb_to_recordset(${JSON.stringify(interactions)}::jsonb)
        as r (a text, b text, severity detected_issue_severity, effect text, source text)`;
  });
}

/** The demo pharmacies, with ids that are the same everywhere. Changes made to them since stay when the files stay. */
export async function syncDemoPharmacies(tx: Tx, now: Date): Promise<boolean> {
  const hash = createHash('sha256').update(canonicalJson(demoPharmacies)).digest('hex');
  const rows = demoPharmacies.map(({ ncpdpId, ...row }) => ({ ...row, ncpdp_id: ncpdpId, created_at: now }));
  return syncOnce(tx, 'pharmacies', hash, now, async () => {
    await tx.$executeRaw`
      insert into pharmacy (id, ncpdp_id, name, city, state, capabilities, created_at)
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as r (id text, ncpdp_id text, name text, city text, state text, capabilities pharmacy_capability[], created_at timestamptz)
      on conflict (id) do update set name = excluded.name, city = excluded.city, state = excluded.state, capabilities = excluded.capabilities`;
  });
}

async function syncOnce(tx: Tx, name: string, contentHash: string, syncedAt: Date, write: () => Promise<void>): Promise<boolean> {
  const known = await tx.catalogueState.findUnique({ where: { name } });
  if (known?.contentHash === contentHash) return false;
  // Several replicas may start at once: the second one finds the work done.
  await lock(tx, `catalogue:${name}`);
  const current = await tx.catalogueState.findUnique({ where: { name } });
  if (current?.contentHash === contentHash) return false;
  await write();
  await tx.catalogueState.upsert({ where: { name }, create: { name, contentHash, syncedAt }, update: { contentHash, syncedAt } });
  return true;
}
