-- The value of an identifier is encrypted; it is found, and unique in its system, by its blind index. The key of a row is
-- its place in the patient's list.
alter table patient_identifier
  add column value_index text,
  drop constraint patient_identifier_pkey,
  add constraint patient_identifier_pkey primary key (patient_id, position),
  add constraint patient_identifier_value_indexed check (coalesce(value_index ~ '^[A-Za-z0-9_-]{43}$', false)) not valid;
drop index patient_identifier_value_idx;
drop index patient_identifier_patient_id_idx;
create unique index patient_identifier_system_value_index_key on patient_identifier (system, value_index);
create index patient_identifier_value_index_idx on patient_identifier (value_index);
select refuse_plain_text('patient_identifier', 'value');

-- Reactions were JSON; encrypted they are text.
alter table allergy_intolerance
  drop constraint allergy_intolerance_reactions_are_a_list,
  alter column reactions drop default,
  alter column reactions type text using reactions::text;
select refuse_plain_text('allergy_intolerance', 'substance_text');
select refuse_plain_text('allergy_intolerance', 'reactions');
select refuse_plain_text('allergy_intolerance', 'note');

do $$ begin
  if not exists (select from patient_identifier) then
    alter table patient_identifier validate constraint patient_identifier_value_indexed;
  end if;
end $$;
