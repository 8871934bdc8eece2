import { isUniqueViolation } from '#chassis/database.ts';
import { Refusal } from '#chassis/errors.ts';
import { newId } from '#chassis/ids.ts';
import { mutate } from '#chassis/mutation.ts';
import { readPage, toConnection, type Connection } from '#chassis/paging.ts';
import { pharmacyAccess } from './access.ts';
import type { PrescriptionContext, Tx } from './context.ts';
import type { RegisterPharmacyInput } from './generated/graphql.ts';
import { insertPharmacy, pagePharmacies, type PharmacyRow } from './pharmacy-store.ts';
import { notAllowed } from './prescription-step.ts';

export async function registerPharmacy(context: PrescriptionContext, input: RegisterPharmacyInput) {
  const outcome = await mutate(context, 'registerPharmacy', input, async (tx: Tx) => {
    if (!(await pharmacyAccess.may(context, 'registerPharmacy', input))) throw notAllowed('Only the front desk may register a pharmacy.');
    const { ncpdpId, name, city, state } = input;
    assertForm(input);
    const pharmacy = {
      id: newId('phm'),
      ncpdpId,
      name: name.trim(),
      city: city.trim(),
      state,
      capabilities: [...new Set(input.capabilities)],
      createdAt: context.now(),
    };
    try {
      await insertPharmacy(tx, pharmacy);
    } catch (error) {
      if (isUniqueViolation(error))
        throw new Refusal('CONFLICT', 'A pharmacy with this NCPDP id is registered already.', { path: ['ncpdpId'] });
      throw error;
    }
    return { pharmacyId: pharmacy.id };
  });
  return outcome.ok
    ? { pharmacy: await context.pharmacies.load(outcome.result.pharmacyId), userErrors: [] }
    : { pharmacy: null, userErrors: outcome.userErrors };
}

function assertForm({ ncpdpId, name, city, state, capabilities }: RegisterPharmacyInput): void {
  const rules: [field: string, holds: boolean, message: string][] = [
    ['ncpdpId', /^\d{7}$/.test(ncpdpId), 'ncpdpId must be seven digits.'],
    ['name', name.trim().length >= 1 && name.trim().length <= 200, 'name must have 1 to 200 characters.'],
    ['city', city.trim().length >= 1 && city.trim().length <= 100, 'city must have 1 to 100 characters.'],
    ['state', /^[A-Z]{2}$/.test(state), 'state must be two capital letters, like NY.'],
    ['capabilities', capabilities.length > 0, 'capabilities must name at least one.'],
  ];
  const complaints = rules
    .filter(([, holds]) => !holds)
    .map(([field, , message]) => new Refusal('INVALID_INPUT', message, { path: [field] }));
  if (complaints.length > 0) throw Refusal.all(complaints);
}

/** A page of the pharmacies by name. */
export async function listPharmacies(
  context: PrescriptionContext,
  args: { first?: number | null | undefined; after?: string | null | undefined },
): Promise<Connection<PharmacyRow>> {
  const page = await pagePharmacies(context.database.client, readPage(args));
  return toConnection(page, await Promise.all(page.ids.map((id) => context.pharmacies.load(id))));
}
