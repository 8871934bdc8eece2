-- What a patient says about the reason is encrypted.
select refuse_plain_text('appointment', 'reason');
select refuse_plain_text('appointment', 'cancel_note');

-- As before, but encrypting anew changes nothing that anyone waits for.
create or replace function stamp_appointment() returns trigger language plpgsql as $$
declare
  parties text[];
  party text;
begin
  if tg_op = 'UPDATE' then
    if only_sealed_anew(to_jsonb(old), to_jsonb(new), array['reason', 'cancel_note']) then
      return new;
    end if;
  end if;
  parties := parties_of(new);
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
