-- The order in which appointments change, for each of the parties (patient, practitioners) that an appointment has or had.

alter table appointment add column updated_at timestamptz(3) not null default clock_timestamp();

-- One row per appointment and party: a former practitioner stays a party, or would never hear that the appointment left.
-- changed_at is the updated_at of the appointment, always.
create table appointment_change (
  -- Deferred, because the row of a new appointment comes after the row here.
  appointment_id  text not null references appointment on delete restrict on update restrict deferrable initially deferred,
  party_id        text not null,
  changed_at      timestamptz(3) not null,
  primary key (appointment_id, party_id)
);
create unique index appointment_change_party_id_changed_at_key on appointment_change (party_id, changed_at);

create function parties_of(appointment appointment) returns text[] language sql stable as $$
  select array(
    select party_id from appointment_change where appointment_id = appointment.id
    union select appointment.patient_id
    union select appointment.practitioner_id
    order by 1)
$$;

-- Of one party no two changes have the same instant, and the later instant commits later: the lock of each party is held from
-- before the clock is read to after the commit. Who has seen a change at an instant has missed nothing before it, even
-- when the clock was set back. Locks in the order of their names, and after those of the service. Before the row and not
-- after it: of a statement that changes several rows, each must see the place of the one before.
create function stamp_appointment() returns trigger language plpgsql as $$
declare
  parties text[] := parties_of(new);
  party text;
begin
  -- A bulk load is the only writer, and has more parties than the lock table has places.
  if current_setting('chassis.bulk_load', true) is distinct from 'on' then
    foreach party in array parties loop
      perform pg_advisory_xact_lock(hashtextextended('appointment changes of ' || party, 0));
    end loop;
  end if;
  new.updated_at := greatest(
    date_trunc('milliseconds', clock_timestamp()),
    (select max(latest.changed_at) + interval '1 millisecond'
     from unnest(parties) as of_party (id)
     cross join lateral (select changed_at from appointment_change where party_id = of_party.id order by changed_at desc limit 1) as latest));
  foreach party in array parties loop
    insert into appointment_change (appointment_id, party_id, changed_at) values (new.id, party, new.updated_at)
    on conflict (appointment_id, party_id) do update set changed_at = excluded.changed_at;
    perform announce(party);
  end loop;
  return new;
end $$;
create trigger appointment_stamp before insert or update on appointment
  for each row execute function stamp_appointment();

create trigger proxy_relation_announce after update or delete on proxy_relation
  for each row execute function announce_lost_relation();

-- What is there already gets its place in the order.
select set_config('chassis.bulk_load', 'on', true);
update appointment set updated_at = default;
select set_config('chassis.bulk_load', 'off', true);
