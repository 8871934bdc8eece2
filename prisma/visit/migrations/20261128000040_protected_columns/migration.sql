-- What is written in a note, and below it, is encrypted. An addendum says whose chart it is in: that is whose key.
alter table note_addendum add column patient_id text;
alter table note_addendum disable trigger note_addendum_immutable;
update note_addendum set patient_id = note.patient_id from clinical_note as note where note.id = note_addendum.note_id;
alter table note_addendum enable trigger note_addendum_immutable;
alter table note_addendum alter column patient_id set not null;

select refuse_plain_text('clinical_note', 'subjective');
select refuse_plain_text('clinical_note', 'objective');
select refuse_plain_text('clinical_note', 'assessment');
select refuse_plain_text('clinical_note', 'plan');
select refuse_plain_text('note_addendum', 'text');

create or replace function clinical_note_refuse_change() returns trigger language plpgsql as $$
begin
  if only_sealed_anew(to_jsonb(old), to_jsonb(new), array['subjective', 'objective', 'assessment', 'plan']) then
    return new;
  end if;
  raise exception 'clinical note % is signed and cannot change', old.id
    using errcode = 'restrict_violation', constraint = 'clinical_note_immutable_when_signed';
end $$;

create or replace function note_addendum_refuse_change() returns trigger language plpgsql as $$
begin
  if only_sealed_anew(to_jsonb(old), to_jsonb(new), array['text']) then
    return new;
  end if;
  raise exception 'note addendum % cannot change', old.id
    using errcode = 'restrict_violation', constraint = 'note_addendum_immutable';
end $$;
