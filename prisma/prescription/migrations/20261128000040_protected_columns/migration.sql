-- What is said in words about a patient is encrypted. Rows below a prescription say whose it is: that is whose key.
alter table detected_issue add column patient_id text;
alter table dispense add column patient_id text;
alter table prescription_status_change add column patient_id text;
update detected_issue as i set patient_id = p.patient_id from prescription as p where p.id = i.prescription_id;
alter table dispense disable trigger dispense_within_prescription;
update dispense as d set patient_id = p.patient_id from prescription as p where p.id = d.prescription_id;
alter table dispense enable trigger dispense_within_prescription;
alter table prescription_status_change disable trigger status_change_no_update;
update prescription_status_change as c set patient_id = p.patient_id from prescription as p where p.id = c.prescription_id;
alter table prescription_status_change enable trigger status_change_no_update;
alter table detected_issue alter column patient_id set not null;
alter table dispense alter column patient_id set not null;
alter table prescription_status_change alter column patient_id set not null;

select refuse_plain_text('prescription', 'status_reason');
select refuse_plain_text('prescription', 'instructions');
select refuse_plain_text('prescription', 'note');
select refuse_plain_text('prescription', 'signed_payload');
select refuse_plain_text('prescription_status_change', 'reason');
select refuse_plain_text('detected_issue', 'detail');
select refuse_plain_text('detected_issue', 'mitigation_reason');
select refuse_plain_text('dispense', 'status_reason');

-- Its own function: the other one guards the signing keys too, which are never encrypted anew.
create function status_change_refuse_change() returns trigger language plpgsql as $$
begin
  if only_sealed_anew(to_jsonb(old), to_jsonb(new), array['reason']) then
    return new;
  end if;
  raise exception 'rows of % are never changed', tg_table_name using errcode = 'restrict_violation';
end $$;
drop trigger status_change_no_update on prescription_status_change;
create trigger status_change_no_update before update on prescription_status_change
  for each row execute function status_change_refuse_change();

-- As before, but encrypting anew is no change.
create or replace function refuse_change_of_signed_prescription() returns trigger language plpgsql as $$
begin
  if only_sealed_anew(to_jsonb(old), to_jsonb(new), array['status_reason', 'instructions', 'note', 'signed_payload']) then
    return new;
  end if;
  if old.signed_at is not null and
    (old.id, old.patient_id, old.practitioner_id, old.visit_id, old.medication_id, old.dose_amount, old.dose_unit,
     old.frequency_per_day, old.duration_days, old.instructions, old.quantity, old.refills, old.note, old.prior_prescription_id,
     old.signed_at, old.signed_by_id, old.signed_payload, old.content_hash, old.signature, old.signing_key_id,
     old.valid_until, old.created_at)
    is distinct from
    (new.id, new.patient_id, new.practitioner_id, new.visit_id, new.medication_id, new.dose_amount, new.dose_unit,
     new.frequency_per_day, new.duration_days, new.instructions, new.quantity, new.refills, new.note, new.prior_prescription_id,
     new.signed_at, new.signed_by_id, new.signed_payload, new.content_hash, new.signature, new.signing_key_id,
     new.valid_until, new.created_at)
  then
    raise exception 'prescription % is signed and cannot change', old.id using errcode = 'restrict_violation';
  end if;
  return new;
end $$;

-- The reason in the history is a copy of the cipher text: it stays bound to the prescription's column.
create or replace function record_prescription_status() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.status = new.status then return null; end if;
  insert into prescription_status_change (prescription_id, patient_id, position, status, reason, at)
  select new.id, new.patient_id, coalesce(max(position), 0) + 1, new.status, new.status_reason, new.updated_at
  from prescription_status_change where prescription_id = new.id;
  return null;
end $$;
