create type care_team_adder as enum ('PATIENT', 'PROXY', 'PRACTITIONER', 'FRONT_DESK');

-- Who belongs to the care team of a patient, and who did. Removing ends an entry; nothing is deleted.
create table care_team_member (
  id                        text primary key,
  patient_id                text not null references patient (id) on delete restrict on update restrict,
  practitioner_id           text not null,
  added_by                  care_team_adder not null,
  added_by_practitioner_id  text,
  added_at                  timestamptz(3) not null,
  removed_at                timestamptz(3),
  check ((added_by = 'PRACTITIONER') = (added_by_practitioner_id is not null))
);
create index care_team_member_patient_id_added_at_id_idx on care_team_member (patient_id, added_at, id);
create unique index care_team_member_once on care_team_member (patient_id, practitioner_id) where removed_at is null;

create type break_glass_ender as enum ('PRACTITIONER', 'PRIVACY_OFFICER');

-- Charts that were opened in an emergency, with the reason. break_glass_grant has what the others keep of it.
create table break_glass (
  id               text primary key,
  patient_id       text not null references patient (id) on delete restrict on update restrict,
  practitioner_id  text not null,
  reason           text not null,
  opened_at        timestamptz(3) not null,
  expires_at       timestamptz(3) not null,
  ended_at         timestamptz(3),
  ended_by         break_glass_ender,
  check ((ended_at is null) = (ended_by is null))
);
create index break_glass_opened_at_id_idx on break_glass (opened_at, id);
create index break_glass_patient_id_practitioner_id_idx on break_glass (patient_id, practitioner_id);

-- Why a chart was opened, by whom and when can never be told otherwise afterwards; that it was ended early is written once.
create function keep_break_glass() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.ended_at is null
    and (new.id, new.patient_id, new.practitioner_id, new.opened_at, new.expires_at)
      = (old.id, old.patient_id, old.practitioner_id, old.opened_at, old.expires_at) and new.reason = old.reason then
    return new;
  end if;
  raise exception 'break_glass is append-only: only its end can be added, once' using errcode = 'check_violation';
end $$;
create trigger break_glass_keep before update or delete on break_glass for each row execute function keep_break_glass();

-- Privacy officers listen for this.
create function announce_break_glass() returns trigger language plpgsql as $$
begin
  perform announce('break-glass');
  return null;
end $$;
create trigger break_glass_announce after insert on break_glass for each statement execute function announce_break_glass();

-- A right that ends must end the streams that rest on it.
create trigger treating_relation_announce after update or delete on treating_relation
  for each row execute function announce_lost_relation();
create trigger proxy_relation_announce after update or delete on proxy_relation
  for each row execute function announce_lost_relation();

-- Consents that decide and were active before the others kept any: told once, with this migration.
select publish_event(
  'evt_' || left(replace(gen_random_uuid()::text, '-', ''), 26), 'consent.activated', id,
  jsonb_build_object(
    'consentId', id, 'patientId', patient_id, 'provision', provision, 'scope', scope, 'purposes', purposes, 'sensitivities', sensitivities,
    'practitionerId', practitioner_id,
    'periodStart', to_char(period_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'periodEnd', to_char(period_end at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
  'migration-20261128000001', array['appointment', 'visit', 'prescription', 'billing'])
from consent where status = 'ACTIVE' and scope = 'PATIENT_PRIVACY' order by recorded_at, id;
