-- Pharmacies that have a signed prescription since before anybody was told: told once, with this migration.
select publish_event(
  'evt_' || left(replace(gen_random_uuid()::text, '-', ''), 26), 'prescription.routed', id,
  jsonb_build_object('prescriptionId', id, 'patientId', patient_id, 'practitionerId', practitioner_id, 'visitId', visit_id, 'pharmacyId', pharmacy_id),
  'migration-20261128000001', array['patient'])
from prescription where signed_at is not null and pharmacy_id is not null and status in ('ACTIVE', 'ON_HOLD') order by signed_at, id;
