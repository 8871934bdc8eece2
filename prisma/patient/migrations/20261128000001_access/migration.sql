-- Consents are written here: what this subgraph keeps of them is never out of date.
insert into inbox_source (source, heard_at) values ('patient', 'infinity');

insert into active_consent (consent_id, patient_id, provision, scope, purposes, sensitivities, practitioner_id, period_start, period_end)
select id, patient_id, provision::text, scope::text, purposes::text[], sensitivities::text[], practitioner_id, period_start, period_end
from consent where status = 'ACTIVE';

-- Which pharmacy has a signed prescription of which patient.
create table pharmacy_relation (
  prescription_id  text primary key,
  patient_id       text not null,
  pharmacy_id      text not null
);
create index pharmacy_relation_pharmacy on pharmacy_relation (pharmacy_id, patient_id);
