-- Who looked at what, changed what, was refused what: the content of an HL7 FHIR AuditEvent, as ids and codes. Kept for ever: nothing deletes here.
create table audit_event (
  -- The transaction that wrote it: with the id the order in which records are sealed (docs/adr/0021).
  xact                   xid8 not null default pg_current_xact_id(),
  id                     bigint generated always as identity,
  recorded_at            timestamptz(3) not null default clock_timestamp(),
  action                 text not null check (action in ('C', 'R', 'U', 'D', 'E')),
  outcome                text not null check (outcome in ('SUCCESS', 'DENIED', 'FAILED')),
  subject                text not null,
  role                   text not null,
  actor                  text,
  client_id              text,
  purpose                text not null,
  -- Null: of no patient, or of many at once.
  patient_id             text,
  -- `Type/id`, at most 200; entity_count says how many there were.
  entities               text[] not null,
  entity_count           integer not null,
  address                text,
  request_id             text not null,
  operation_hash         text,
  break_glass_grant_id   text,
  primary key (xact, id)
);

-- The chain: each record's hash holds that of the record before.
create table audit_seal (
  sequence       bigint primary key,
  xact           xid8 not null,
  audit_id       bigint not null,
  previous_hash  text not null,
  hash           text not null,
  unique (xact, audit_id)
);

create function audit_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% only grows', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger audit_event_only_grows before update or delete or truncate on audit_event
  for each statement execute function audit_refuse_change();
create trigger audit_seal_only_grows before update or delete or truncate on audit_seal
  for each statement execute function audit_refuse_change();
revoke update, delete, truncate on audit_event, audit_seal from current_user;

-- Who acts in this transaction, as the service has said it. Nobody said it: somebody at psql, or a program that forgot, by name of its role.
create function audit_actor() returns jsonb language sql stable as $$
  select coalesce(
    nullif(current_setting('audit.actor', true), '')::jsonb,
    jsonb_build_object('subject', 'database:' || session_user, 'role', 'DATABASE', 'purpose', 'HSYSADMIN', 'requestId', 'database')
  )
$$;

-- The emergency access under which a practitioner acts on a patient's data, if one is open.
create function audit_grant(patient text, practitioner text) returns text language sql stable as $$
  select grant_id from break_glass_grant
  where practitioner_id = practitioner and patient_id = patient and ended_at is null and clock_timestamp() between opened_at and expires_at
  order by opened_at desc limit 1
$$;

create function audit_change(change text, patient text, changed_entities text[], changed_count bigint) returns void language plpgsql as $$
declare
  actor jsonb := audit_actor();
  grant_id text := case when actor->>'practitionerId' is null then null else audit_grant(patient, actor->>'practitionerId') end;
begin
  insert into audit_event (action, outcome, subject, role, actor, client_id, purpose, patient_id, entities, entity_count, address, request_id,
    operation_hash, break_glass_grant_id)
  values (
    case change when 'INSERT' then 'C' when 'UPDATE' then 'U' else 'D' end, 'SUCCESS', actor->>'subject', actor->>'role', actor->>'actor',
    actor->>'clientId', case when grant_id is null then actor->>'purpose' else 'ETREAT' end, patient, changed_entities[1:200], changed_count,
    actor->>'address', actor->>'requestId', actor->>'operationHash', grant_id);
end $$;

-- Has every change of a table leave a record, in its own transaction: one per statement and patient. A bulk load leaves one per statement.
-- entity: the GraphQL type of what a row is, or is part of. id_of, patient_of: SQL over the columns of a row of `changed`.
create procedure audit_table(audited regclass, entity text, id_of text, patient_of text) language plpgsql as $make$
declare
  recorder text := 'audit_' || trim('"' from audited::text);
begin
  execute format($body$
    create function %1$I() returns trigger language plpgsql as $audit$
    begin
      if current_setting('chassis.bulk_load', true) = 'on' then
        perform audit_change(tg_op, null, array[%2$L || '/*'], count(*)) from changed having count(*) > 0;
      else
        perform audit_change(tg_op, patient_id, array_agg(distinct entity), count(distinct entity))
        from (select %4$s as patient_id, %2$L || '/' || %3$s as entity from changed) as each_one
        group by patient_id;
      end if;
      return null;
    end $audit$
  $body$, recorder, entity, id_of, patient_of);
  execute format('create trigger %I after insert on %s referencing new table as changed for each statement execute function %I()',
    recorder || '_insert', audited, recorder);
  execute format('create trigger %I after update on %s referencing new table as changed for each statement execute function %I()',
    recorder || '_update', audited, recorder);
  execute format('create trigger %I after delete on %s referencing old table as changed for each statement execute function %I()',
    recorder || '_delete', audited, recorder);
  execute format('create trigger %I after truncate on %s for each statement execute function audit_truncate(%L)',
    recorder || '_truncate', audited, entity);
end $make$;

create function audit_truncate() returns trigger language plpgsql as $$
begin
  perform audit_change('TRUNCATE', null, array[tg_argv[0] || '/*'], 0);
  return null;
end $$;
