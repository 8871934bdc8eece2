import { stableId } from './stable-id.ts';

type Capability = 'NEW' | 'REFILL' | 'CHANGE' | 'CANCEL' | 'CONTROLLED';

/** A pharmacy of the demo data. */
export interface DemoPharmacy {
  readonly id: string;
  readonly ncpdpId: string;
  readonly name: string;
  readonly city: string;
  readonly state: string;
  readonly capabilities: readonly Capability[];
}

const everything: readonly Capability[] = ['NEW', 'REFILL', 'CHANGE', 'CANCEL', 'CONTROLLED'];
const uncontrolled: readonly Capability[] = ['NEW', 'REFILL', 'CHANGE', 'CANCEL'];
const basic: readonly Capability[] = ['NEW', 'REFILL'];

const pharmacy = (ncpdpId: string, name: string, city: string, state: string, capabilities: readonly Capability[]): DemoPharmacy => ({
  id: stableId('phm', ncpdpId),
  ncpdpId,
  name,
  city,
  state,
  capabilities,
});

/** Invented pharmacies; the NCPDP ids begin with 00, which is not given out. */
export const demoPharmacies: readonly DemoPharmacy[] = [
  pharmacy('0010001', 'Harbor Lane Pharmacy', 'New York', 'NY', everything),
  pharmacy('0010002', 'Elm Street Drugs', 'Albany', 'NY', uncontrolled),
  pharmacy('0010003', 'Lakeshore Apothecary', 'Chicago', 'IL', everything),
  pharmacy('0010004', 'Prairie Corner Pharmacy', 'Springfield', 'IL', basic),
  pharmacy('0010005', 'Red Mesa Pharmacy', 'Denver', 'CO', everything),
  pharmacy('0010006', 'Foothill Family Drugs', 'Boulder', 'CO', uncontrolled),
  pharmacy('0010007', 'Golden Gate Apothecary', 'San Francisco', 'CA', everything),
  pharmacy('0010008', 'Orange Grove Pharmacy', 'Riverside', 'CA', uncontrolled),
  pharmacy('0010009', 'Bayou Pharmacy', 'New Orleans', 'LA', everything),
  pharmacy('0010010', 'Lone Star Drugs', 'Austin', 'TX', everything),
  pharmacy('0010011', 'Evergreen Mail Pharmacy', 'Seattle', 'WA', ['NEW', 'REFILL', 'CHANGE']),
  pharmacy('0010012', 'Night Owl Pharmacy', 'Las Vegas', 'NV', ['NEW']),
];
