-- What decides, beside treating_relation and proxy_relation, who may see what of a patient. Filled by events of the patient subgraph.

-- A practitioner opened a chart in an emergency (break-glass). In force until expires_at, or until ended_at where somebody ended it.
create table break_glass_grant (
  grant_id         text primary key,
  patient_id       text not null,
  practitioner_id  text not null,
  opened_at        timestamptz(3) not null,
  expires_at       timestamptz(3) not null,
  ended_at         timestamptz(3),
  check (expires_at > opened_at)
);
create index break_glass_grant_practitioner on break_glass_grant (practitioner_id, patient_id, expires_at) where ended_at is null;
create index break_glass_grant_expires on break_glass_grant (expires_at) where ended_at is null;

-- Consents that are active: the code values, never a text. One that is revoked is deleted here.
create table active_consent (
  consent_id       text primary key,
  patient_id       text not null,
  provision        text not null check (provision in ('PERMIT', 'DENY')),
  scope            text not null,
  -- Empty: for all purposes.
  purposes         text[] not null,
  -- Empty: it is about the chart, not about sensitive data.
  sensitivities    text[] not null,
  -- The only practitioner it is about; null: all.
  practitioner_id  text,
  -- From when it counts, and until when (that instant excluded). Null: from its activation, until it is revoked.
  period_start     timestamptz(3),
  period_end       timestamptz(3)
);
create index active_consent_patient on active_consent (patient_id);
-- Asked for every chart that a practitioner opens, and nearly always empty.
create index active_consent_closes on active_consent (patient_id) where provision = 'DENY' and sensitivities = '{}';

-- A right that ends or moves must end the streams that rest on it.
create trigger break_glass_grant_announce after update or delete on break_glass_grant
  for each row execute function announce_lost_relation();

-- Every change of a consent may take a right away: one that forbids by coming, one that permits by going.
create function announce_consent() returns trigger language plpgsql as $$
begin
  perform announce(coalesce(new.patient_id, old.patient_id));
  return null;
end $$;
create trigger active_consent_announce after insert or update or delete on active_consent
  for each row execute function announce_consent();
