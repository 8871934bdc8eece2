-- Why a chart was opened is encrypted like all that is said of a patient. Only its cipher text can be replaced.
select refuse_plain_text('break_glass', 'reason');

create or replace function keep_break_glass() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.ended_at is null
    and (new.id, new.patient_id, new.practitioner_id, new.opened_at, new.expires_at)
      = (old.id, old.patient_id, old.practitioner_id, old.opened_at, old.expires_at) and new.reason = old.reason then
    return new;
  end if;
  if tg_op = 'UPDATE' and only_sealed_anew(to_jsonb(old), to_jsonb(new), array['reason']) then
    return new;
  end if;
  raise exception 'break_glass is append-only: only its end can be added, once' using errcode = 'check_violation';
end $$;
